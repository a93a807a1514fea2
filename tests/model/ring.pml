/*
 * Events reach a ring of which one thread at a time is the owner, whoever waits for them hears of
 * it, and a context is gone only when nobody is at it any more: aio/libaio/ring.cc, context.cc,
 * events.cc.
 *
 * Requesters enter a context, submit, leave, and their request is published later. A sleeper takes
 * events by io_getevents, or (PEEK) a client looks at the ring alone, or (SHARE) two of them take one
 * event each, and look whether there is something before they become owners. A closer ends the
 * context.
 *
 * All operations here are sequentially consistent in the sources, but for the two that the owner
 * alone makes: storing the tail and taking the stack, which stand between owning and disowning.
 *
 *   here                   there
 *   arrived, owner, ring   Ring::arrived_, owner_, the events up to the tail
 *   lives, calls           Context::life, one word
 *   requests, sleepers     Context::requests, sleepers
 *   changed, left          the words on which sleepers, respectively the closer, sleep
 *   in_hand                Ring::in_hand_
 *   settle                 Ring::settle()
 *   publish                bring()
 *   Sleeper                collect_events(), Ring::take()
 *   Closer                 close_context()
 *   gone                   nothing: the context's memory is another's from now on
 *
 * Mutants, each of which the search must refute:
 *   NO_SECOND_LOOK     the owner does not look at the stack again once it has given up
 *   LOOK_BEFORE        it looks before it gives up
 *   SLEEPERS_FIRST     who publishes looks for sleepers before the push
 *   TICKET_LATE        a sleeper reads the word after its look at the ring
 *   HAND_UNSEEN        a sleeper does not look at what the owner has in hand
 *   UNCOUNTED_EARLY    a request is not counted any more when its event has been pushed
 *   REQUESTS_FIRST     the closer waits for the requests and then for the calls
 *   LIFE_FIRST         the last request looks whether the context lives before it is counted off
 */

#ifndef REQUESTERS
#define REQUESTERS 2
#endif

byte arrived, ring, owner, taken;
bool in_hand;
bool lives = true, gone;
byte calls, requests, sleepers;
byte changed, left;

inline touch() { assert(!gone) }

inline settle() {
    do
    :: touch();
       if
       :: arrived == 0 -> break
       :: else
       fi;
       if
       :: atomic { owner == 0 -> owner = 1 }
       :: atomic { owner != 0 -> skip }; break
       fi;
       drain();
#ifdef LOOK_BEFORE
       more = arrived != 0;
#endif
       touch(); owner = 0;
#ifdef LOOK_BEFORE
       if
       :: !more -> break
       :: else
       fi
#endif
#ifdef NO_SECOND_LOOK
       break
#endif
    od
}

inline drain() {
    touch(); in_hand = true;
    atomic { moved = arrived; arrived = 0 };
    touch(); ring = ring + moved;
    in_hand = false
}

inline wake_sleepers() {
    touch();
    if
    :: sleepers > 0 -> touch(); changed++
    :: else
    fi
}

inline leave() {
    atomic { calls--; last = calls == 0 && !lives };
    if
    :: last -> left++
    :: else
    fi
}

inline leave_request() {
#ifdef LIFE_FIRST
    dead = !lives;
    atomic { requests--; last = requests == 0 };
#else
    atomic { requests--; last = requests == 0 };
    dead = !lives;
#endif
    if
    :: last && dead -> left++
    :: else
    fi
}

inline publish() {
#ifdef SLEEPERS_FIRST
    wake_sleepers();
#endif
    touch(); arrived++;
#ifdef UNCOUNTED_EARLY
    leave_request();
#endif
    settle();
#ifndef SLEEPERS_FIRST
    wake_sleepers();
#endif
#ifndef UNCOUNTED_EARLY
    leave_request()
#else
    skip
#endif
}

proctype Requester() {
    byte moved;
    bool last, dead, more, alive;
    atomic { calls++; alive = lives };
    if
    :: alive -> touch(); requests++; leave(); publish()
    :: else -> leave()
    fi
}

proctype Sleeper() {
    byte moved, ticket, got;
    bool last, alive, more, nothing;
#ifdef PEEK
    (ring == REQUESTERS);
#else
    atomic { calls++; alive = lives };
    if
    :: alive
    :: else -> goto out
    fi;
    touch(); sleepers++;
    do
    :: ticket = changed;
#ifdef SHARE
       nothing = arrived == 0;
#ifndef HAND_UNSEEN
       nothing = nothing && !in_hand;
#endif
       nothing = nothing && ring == taken;
       got = 0;
       if
       :: !nothing ->
          atomic { owner == 0 -> owner = 1 };
          drain();
          got = (ring > taken -> 1 : 0);
          taken = taken + got;
          owner = 0;
          settle()
       :: else
       fi;
#else
       atomic { owner == 0 -> owner = 1 };
       drain();
       touch(); got = ring - taken; taken = ring;
       owner = 0;
       settle();
#endif
#ifdef TICKET_LATE
       ticket = changed;
#endif
#ifdef SHARE
       if
       :: got > 0 -> break
       :: else
       fi;
#elif defined(CLOSE)
       if
       :: got > 0 -> break
       :: else
       fi;
       touch();
       if
       :: !lives -> break
       :: else
       fi;
#else
       if
       :: taken == REQUESTERS -> break
       :: else
       fi;
#endif
       (changed != ticket)
    od;
    touch(); sleepers--;
out:
    leave()
#endif
}

inline wait_until_none(count) {
    do
    :: ticket = left;
       if
       :: count == 0 -> break
       :: else
       fi;
       (left != ticket)
    od
}

proctype Closer() {
    byte ticket;
    lives = false;
    wake_sleepers();
#ifdef REQUESTS_FIRST
    wait_until_none(requests);
    wait_until_none(calls);
#else
    wait_until_none(calls);
    wait_until_none(requests);
#endif
    gone = true
}

init {
    byte i;
    atomic {
        for (i : 1 .. REQUESTERS) {
            run Requester()
        }
        run Sleeper();
#ifdef SHARE
        run Sleeper();
#endif
#ifdef CLOSE
        run Closer()
#endif
    }
}

/*
 * No wake-up of the pool is lost: threadpool/pool.h and pool.cc, with the queue of aio/engine.cc.
 *
 * Producers put pieces of work in and notify; workers start, serve, rest, sleep, leave and are
 * woken; a canceller moves the inbox into the schedule and takes nothing out; the performance of a
 * piece may last for ever; a thread may be refused. When nothing can move any more, a piece is left
 * in the queue only if every thread that can be had is busy for ever. No count ever goes below 0.
 *
 * Why interleaving is enough. Every change and every look of the pool's word is sequentially
 * consistent, and so are Inbox::put(), Inbox::empty(), and the store and load of Engine::ready_. So
 * they have one order that all threads agree on, and the search walks through all such orders. What
 * is weaker is modelled as weaker:
 *   - take_all() looks at the inbox with a relaxed load first: it may miss what is there, unless
 *     the thread itself has put it in (take, `sure`).
 *   - tokens_ is changed by read-modify-writes alone, which always see the last value, and nothing
 *     but their number is handed over.
 *   - a loop of a load and a compare-and-swap acts once, at the moment of the load that it decides
 *     on or of the exchange that succeeds: one atomic step.
 *
 *   here                      there
 *   threads idle searching    Pool::state_
 *   tokens, starts            Pool::tokens_; threads that pthread_create has made, not yet running
 *   inbox, scheduled, ready   Engine::inbox_, what the schedule has ready under the lock, ready_
 *   look                      Engine::pending()
 *   take                      Engine::next(): admit_all(), take(), note_ready() under the lock
 *   claim_thread, notify      Pool::claim_thread(), Pool::notify()
 *   Producer, run_here        Engine::post(), run_all_here()
 *   Canceller                 Engine::next_sequence() with look_after()
 *   Dependent                 Pool::ensure(), for an owner whose `needed` says yes from then on
 *   Worker: serve, found      Engine::serve_requests(), Pool::Seat::found()
 *   Worker: rest, sleep       Pool::rest(), claim_idle(); sleep(), take_token()
 *   Worker: late              Pool::leave(), with both looks at needed()
 *
 * Mutants, each of which the search must refute:
 *   LOOK_BEFORE_CHANGE    rest() looks at the queue before it changes the word
 *   NO_LOOK_IN_FOUND      found() does not look
 *   NOTIFY_BEFORE_PUT     a producer looks at the word before its work is visible
 *   LEAVE_UNCOUNTED       leave() goes although the thread has been taken off the count of idle ones
 *   NO_TOKEN              a thread is claimed and not woken
 *   NEEDED_ASKED_EARLY    leave() asks `needed` only before it changes the word      (with ENSURE)
 *   NEEDED_KEEPS_ALL      no thread leaves while one is needed, however many there are (with ENSURE)
 *
 * Searched to the end, in millions of states:
 *   -DREFUSALS=0 -DTIMEOUTS=1                                        2.0
 *   -DPIECES=1 -DTIMEOUTS=1 -DREFUSALS=2                            0.04
 *   -DPIECES=1 -DREFUSALS=0 -DCANCELLER                              0.5
 *   -DPIECES=1 -DREFUSALS=0 -DTIMEOUTS=1 -DWORKERS=3 -DPRODUCERS=3   9.2
 *   -DPIECES=1 -DTIMEOUTS=1 -DENSURE                                 1.3
 */

#ifndef WORKERS
#define WORKERS 2 /* the most threads */
#endif
#ifndef PRODUCERS
#define PRODUCERS 2
#endif
#ifndef PIECES
#define PIECES 2 /* of each producer */
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 2 /* how often a sleep may end by itself */
#endif
#ifndef REFUSALS
#define REFUSALS 1 /* threads that cannot be made */
#endif
#ifndef HANGS
#define HANGS 1 /* pieces whose performance never ends */
#endif

byte threads, idle, searching, tokens, starts;
byte inbox, scheduled, ready;
bool lock;
bool wanted; /* needed() */
byte timeouts = TIMEOUTS, refusals = REFUSALS;
byte hanging;

inline look(answer) {
    if
    :: atomic { inbox > 0 -> answer = true }
    :: inbox == 0 -> answer = (ready > 0)
    fi
}

/* In steps, because `inbox` and `ready` are looked at without the lock. */
inline take(answer, sure) {
    atomic { !lock -> lock = true };
    if
    :: atomic { scheduled = scheduled + inbox; inbox = 0 }
    :: !sure -> skip
    fi;
    atomic {
        answer = (scheduled > 0);
        if
        :: answer -> scheduled--
        :: else
        fi;
        ready = scheduled;
        lock = false
    }
}

inline claim_thread(answer) {
    do
    :: atomic {
           if
           :: searching > 0 -> answer = true; break
           :: searching == 0 && idle > 0 -> idle--; searching++; answer = true
           :: searching == 0 && idle == 0 && threads < WORKERS ->
               threads++; searching++; answer = false
           :: else -> answer = true; break
           fi
       };
       if
       :: answer ->
#ifndef NO_TOKEN
           tokens++;
#endif
           break
       :: atomic { !answer -> starts++; answer = true }; break
       :: atomic {
              !answer && refusals > 0 ->
              refusals--;
              assert(threads > 0 && searching > 0);
              threads--;
              searching--;
              if
              :: searching > 0 -> answer = true; break
              :: searching == 0 && idle == 0 -> answer = (threads > 0); break
              :: else
              fi
          }
       fi
    od
}

inline notify(answer) {
    if
    :: atomic { searching > 0 || (idle == 0 && threads >= WORKERS) -> answer = true }
    :: atomic { !(searching > 0 || (idle == 0 && threads >= WORKERS)) -> skip };
       claim_thread(answer)
    fi
}

active [PRODUCERS] proctype Producer() {
    byte pieces = PIECES;
    bool answer;
    do
    :: pieces > 0 ->
        pieces--;
#ifdef NOTIFY_BEFORE_PUT
        notify(answer);
        inbox++;
#else
        inbox++;
        notify(answer);
#endif
        do /* run_here */
        :: !answer ->
            take(answer, true);
            answer = !answer
        :: else -> break
        od
    :: else -> break
    od
}

#ifdef CANCELLER
active proctype Canceller() {
    bool answer;
    atomic { !lock -> lock = true };
    if
    :: atomic { scheduled = scheduled + inbox; inbox = 0 }
    :: skip
    fi;
    atomic { ready = scheduled; lock = false };
    notify(answer);
    do
    :: !answer ->
        take(answer, true);
        answer = !answer
    :: else -> break
    od
}
#endif

#ifdef ENSURE
active proctype Dependent() {
    bool answer;
    wanted = true;
    if
    :: threads > 0
    :: threads == 0 -> notify(answer)
    fi
}
#endif

#ifdef ENSURE
#define SEATS (WORKERS + 1) /* a thread may come back when others have been started for it */
#else
#define SEATS WORKERS
#endif

active [SEATS] proctype Worker() {
    bool mine; /* Seat::searching_ */
    bool answer;
    bool patient; /* this sleep does not end by itself */
    bool last;    /* there was no other thread */

end_absent:
    atomic { starts > 0 -> starts--; mine = true };

serve:
    take(answer, false);
    if
    :: !answer -> goto rest
    :: answer ->
        if
        :: atomic { mine -> mine = false; assert(searching > 0); searching-- }
        :: !mine
        fi;
#ifndef NO_LOOK_IN_FOUND
        look(answer);
        if
        :: answer -> claim_thread(answer)
        :: !answer
        fi;
#endif
        if
        :: goto serve
        :: atomic { hanging < HANGS -> hanging++ };
end_hanging:
            false
        fi
    fi;

rest:
#ifdef LOOK_BEFORE_CHANGE
    look(answer);
#endif
    atomic {
        if
        :: mine -> assert(searching > 0); searching--
        :: else
        fi;
        idle++;
        mine = false
    };
#ifndef LOOK_BEFORE_CHANGE
    look(answer);
#endif
    if
    :: atomic { answer && idle > 0 -> idle--; searching++; mine = true }; goto serve
    :: !answer || idle == 0
    fi;

sleep:
    if
    :: threads <= WORKERS -> patient = true
    :: threads > WORKERS -> patient = false
    :: atomic { timeouts > 0 -> timeouts--; patient = false }
    fi;
end_asleep:
    if
    :: atomic { tokens > 0 -> tokens--; mine = true }; goto serve
    :: !patient
    fi;

    /* late */
#ifndef NEEDED_KEEPS_ALL
    if
    :: threads > 1 -> goto go
    :: threads == 1
    fi;
#endif
    if
    :: wanted -> assert(threads <= WORKERS); goto sleep /* or it would spin: its time is up */
    :: !wanted
    fi;
go:
    atomic {
        if
#ifndef LEAVE_UNCOUNTED
        :: idle == 0 -> goto sleep
#endif
        :: else ->
            last = (threads == 1);
            assert(idle > 0 && threads > 0);
            idle--;
            threads--;
#ifdef NEEDED_ASKED_EARLY
            goto end_absent
#endif
        fi
    };
    if
    :: atomic { last && wanted -> threads++; searching++; mine = true }; goto serve
    :: atomic { !last || !wanted -> goto end_absent }
    fi
}

/* Nothing can move: nobody is on the way, and nothing waits for somebody who sleeps. */
active proctype Judge() {
    timeout;
    assert(!lock && starts == 0 && searching == 0 && tokens == 0);
    assert(threads <= WORKERS);
    assert(inbox + scheduled == 0 || hanging == threads);
    assert(inbox + scheduled == 0 || threads == WORKERS || refusals < REFUSALS);
    assert(!wanted || threads > 0 || refusals < REFUSALS)
}

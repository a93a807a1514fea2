/*
 * No wake-up of the pool is lost: threadpool/pool.h and pool.cc, with the queue of aio/engine.cc.
 *
 * Producers put pieces of work in and notify; workers start, serve, rest, sleep, leave and are
 * woken; a canceller moves the inbox into the schedule and takes nothing out; the performance of a
 * piece may last for ever, or end its thread; a thread may be refused. When nothing can move any
 * more, a piece is left in the queue only if every thread that can be had is busy for ever. No
 * count ever goes below 0.
 *
 * With ALONE all pieces go through one gate for one (aio/lane.h): a piece may be taken only if none
 * is performed. Who performs one has promised to look at the inbox when it is done, and a producer
 * that sees the promise notifies nobody.
 *
 * With PROMISES the pool is that of the notifiers: a piece is a call, counted in `taken` and
 * promised by ensure() before it is put in, if it ever is; who puts it in starts no thread and does
 * nothing if there is none. Then a call that is promised has a thread, whatever is refused, leaves,
 * is lost or lasts for ever.
 *
 * Why interleaving is enough. Every change and every look of the pool's word is sequentially
 * consistent, and so are Inbox::put(), Inbox::empty(), and the store and load of Engine::ready_. So
 * they have one order that all threads agree on, and the search walks through all such orders.
 * (Lane::runs_alone is raised with a relaxed store: a producer that does not see it yet notifies,
 * which is always right.) What else is not a single step:
 *   - tokens_ is changed by read-modify-writes alone, which always see the last value, and nothing
 *     but their number is handed over.
 *   - a loop of a load and a compare-and-swap acts once, at the moment of the load that it decides
 *     on or of the exchange that succeeds: one atomic step.
 *
 *   here                      there
 *   threads, idle,
 *     searching, starting     Pool::state_
 *   tokens                    Pool::tokens_
 *   made                      threads that pthread_create has made, not yet running
 *   ended[i]                  Pool::starts_ has changed since process i has read it
 *   inbox, scheduled, ready   Engine::inbox_, what the schedule has ready under the lock, ready_
 *   look                      Engine::pending()
 *   look_in                   Engine::requests_pending(); with PROMISES Notifier::pending()
 *   take                      Engine::next(): admit_all(), take(), note_ready() under the lock
 *   promise, busy             Lane::runs_alone; whether a request is inside its gate
 *   claim_thread, notify      Pool::claim_thread(), Pool::notify()
 *   ensure, wake              Pool::ensure(), Pool::wake()
 *   Producer, run_here        Engine::post(), run_all_here(); with PROMISES take_call() and
 *                             Notifier::can_promise(), give_call(), Notifier::owe()
 *   Canceller                 Engine::next_sequence() with look_after()
 *   Worker: serve, found      Engine::serve_requests(), Pool::Seat::found(); with PROMISES
 *                             Engine::serve_calls() and Pool::Seat::leave_another()
 *   Worker: search            Pool::Seat::search()
 *   Worker: rest, sleep       Pool::rest(), claim_idle(); sleep(), take_token()
 *   Worker: late, not_now     Pool::leave(), with both looks at needed(); Leaving::kNotNow
 *   Worker: lost              Pool::thread_lost()
 *
 * Mutants, each of which the search must refute:
 *   LOOK_BEFORE_CHANGE    rest() looks at the queue before it changes the word
 *   NO_LOOK_IN_FOUND      found() does not look
 *   NOTIFY_BEFORE_PUT     a producer looks at the word before its work is visible
 *   LEAVE_UNCOUNTED       leave() goes although its thread no longer counts as idle
 *   NO_TOKEN              a thread is claimed and not woken
 *   LOST_WORK             a thread that is lost does not look whether there is work  (with LOSSES)
 * with ALONE:
 *   PROMISE_KEPT_LATE     the promise is taken back after the inbox has been emptied
 *   PROMISE_READ_EARLY    a producer looks for the promise before its work is visible
 * and with PROMISES:
 *   OTHERS_FORGOTTEN      ensure(), refused a thread, does not look whether others relied on it
 *   BUSY_PROMISED         ensure() relies on a thread that is busy
 *   NONE_LEFT             a thread does not look whether another is needed before it makes a call
 *   ENDED_EARLY           the end of a start is told before it shows in the word
 *   ENDED_UNTOLD          the end of a start is not told
 *   LOST_PROMISE          a thread that is lost does not look whether one is needed
 *   NEEDED_ASKED_EARLY    leave() asks `needed` only before it changes the word
 *   NEEDED_KEEPS_ALL      no thread leaves while one is needed, however many there are
 *   START_PROMISED        ensure() relies on a thread that is only being started
 *
 * Searched to the end, in millions of states:
 *   -DTIMEOUTS=1 -DREFUSALS=0                                        3.7
 *   -DTIMEOUTS=1 -DLOSSES=1 -DWORKERS=1                              2.6
 *   -DPIECES=1 -DTIMEOUTS=1 -DREFUSALS=2                            0.03
 *   -DPIECES=1 -DREFUSALS=0 -DCANCELLER                              0.3
 *   -DPIECES=1 -DREFUSALS=0 -DTIMEOUTS=0 -DWORKERS=3 -DPRODUCERS=3   3.4
 *   -DTIMEOUTS=1 -DREFUSALS=1 -DALONE                                7.4
 *   -DPIECES=1 -DTIMEOUTS=1 -DPROMISES                               0.5
 *   -DPIECES=1 -DTIMEOUTS=1 -DPROMISES -DLOSSES=1 -DWORKERS=1        0.4
 *   -DPIECES=1 -DTIMEOUTS=0 -DPROMISES -DHANGS=0 -DPRODUCERS=3      12.8
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
#ifndef LOSSES
#define LOSSES 0 /* pieces whose performance ends the thread */
#endif

byte threads, idle, searching, starting, tokens, made;
byte inbox, scheduled, ready;
bool lock;
byte taken; /* calls; needed() asks whether there are any */
byte timeouts = TIMEOUTS, refusals = REFUSALS, losses = LOSSES;
byte hanging;
bool busy, promise; /* with ALONE */

#if defined(PROMISES) || LOSSES
#define SEATS (WORKERS + 1) /* a thread may come back when others have been started for it */
#else
#define SEATS WORKERS
#endif
#define PROCESSES (PRODUCERS + SEATS)

/* Workers are interchangeable: one begins only where the one before it is in use. The search need
 * not look at what differs from another state by their numbers alone. */
#define SEAT (_pid - PRODUCERS)
bool in_use[SEATS];
#define NEXT_SEAT (SEAT == 0 || in_use[SEAT - 1])

byte ended[PROCESSES]; /* 0 if it has not read it */
#define NOT_YET 1
#define ENDED 2
byte process;

/* What leave() makes of the word: none but this thread is free for certain. */
#define LAST (idle + searching <= starting + 1)

#ifdef NEEDED_KEEPS_ALL
#define MAY_LEAVE (idle > 0 && taken == 0)
#else
#define MAY_LEAVE (idle > 0 && !(LAST && taken > 0))
#endif

#if defined(START_PROMISED)
#define FREE (idle + searching > 0)
#elif defined(BUSY_PROMISED)
#define FREE (threads > starting)
#else
#define FREE (idle + searching > starting)
#endif

inline look(answer) {
    if
    :: atomic { inbox > 0 -> answer = true }
    :: inbox == 0 -> answer = (ready > 0)
    fi
}

/* What of the schedule may run. */
#define COUNT_READY ready = (busy -> 0 : scheduled)

/* What a worker asks. In steps, because `inbox` and `ready` are looked at without the lock. */
inline look_in(answer) {
#ifndef PROMISES
    if
    :: inbox > 0 ->
        atomic { !lock -> lock = true };
        atomic { scheduled = scheduled + inbox; inbox = 0 };
        atomic { COUNT_READY; lock = false }
    :: inbox == 0
    fi;
#endif
    look(answer)
}

/* `served`: the process has performed a piece, and is done with it. */
inline take(answer, served) {
    atomic { !lock -> lock = true };
#if defined(ALONE) && !defined(PROMISE_KEPT_LATE)
    if
    :: served -> promise = false
    :: !served
    fi;
#endif
    atomic { scheduled = scheduled + inbox; inbox = 0 };
#ifdef PROMISE_KEPT_LATE
    if
    :: served -> promise = false
    :: !served
    fi;
#endif
    atomic {
        busy = busy && !served;
        served = false;
        answer = (scheduled > 0 && !busy);
        if
        :: answer ->
            scheduled--;
#ifdef ALONE
            busy = true;
            promise = true;
            served = true
#endif
        :: else
        fi;
        COUNT_READY;
        lock = false
    }
}

/* One step for all who have read it: each sees the same change. */
inline tell_ended() {
#ifndef ENDED_UNTOLD
    d_step {
        process = 0;
        do
        :: process < PROCESSES ->
            if
            :: ended[process] == NOT_YET -> ended[process] = ENDED
            :: else
            fi;
            process++
        :: else -> process = 0; break
        od
    }
#else
    skip
#endif
}

inline end_start() {
#ifdef ENDED_EARLY
    tell_ended();
    starting--
#else
    starting--;
    tell_ended()
#endif
}

inline claim_thread(answer) {
    do
    :: atomic {
           if
           :: searching > 0 -> answer = true; break
           :: searching == 0 && idle > 0 -> idle--; searching++; answer = true
           :: searching == 0 && idle == 0 && threads < WORKERS ->
               threads++; searching++; starting++; answer = false
           :: else -> answer = true; break
           fi
       };
       if
       :: answer ->
#ifndef NO_TOKEN
           tokens++;
#endif
           break
#ifndef PROMISES
       :: atomic { !answer -> made++; starting--; answer = true }; break /* nobody looks */
#else
       :: atomic { !answer -> made++; answer = true };
           end_start();
           break
#endif
       :: atomic {
              !answer && refusals > 0 ->
              refusals--;
              assert(threads > 0 && searching > 0 && starting > 0);
              threads--;
              searching--;
              starting--;
              /* Whether to go on is decided by the state that this change has left. */
              again = (searching == 0 && idle > 0);
              answer = (threads > 0)
          };
#ifdef PROMISES
          tell_ended();
#endif
          if
          :: again -> again = false
          :: !again -> break
          fi
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

inline wake(answer) {
    if
    :: atomic { searching == 0 && idle > 0 -> idle--; searching++ }; tokens++; answer = true
    :: atomic { !(searching == 0 && idle > 0) -> answer = (threads > 0) }
    fi
}

inline ensure(answer) {
    do
    :: ended[_pid] = NOT_YET; /* reads it */
       again = false;
       atomic {
           if
           :: FREE -> answer = true; break
           :: !FREE && starting > 0 -> again = true
           :: !FREE && starting == 0 && threads < WORKERS ->
               threads++; searching++; starting++
           :: else -> answer = true; break
           fi
       };
       if
       :: again -> ended[_pid] == ENDED
       :: atomic { !again -> made++; answer = true };
          end_start();
          break
       :: atomic {
              !again && refusals > 0 ->
              refusals--;
              assert(threads > 0 && searching > 0 && starting > 0);
              threads--;
              searching--;
              starting--;
              again = (starting > 0);
              answer = (threads > 0)
          };
          tell_ended();
#ifndef OTHERS_FORGOTTEN
          look(found);
          if
          :: found -> wake(found)
          :: !found
          fi;
#endif
          if
          :: again -> again = false
          :: !again -> break
          fi
       fi
    od;
    ended[_pid] = 0
}

active [PRODUCERS] proctype Producer() {
    byte pieces = PIECES;
    bool answer;
    bool again; /* in claim_thread and ensure */
    bool found; /* in ensure */
    bool served;
    do
    :: pieces > 0 ->
        pieces--;
#ifdef PROMISES
        taken++;
        ensure(answer);
        if
        :: answer -> inbox++; wake(answer)
        :: answer -> break /* its request never ends */
        :: !answer -> taken--
        fi
#else
#ifdef NOTIFY_BEFORE_PUT
        notify(answer);
        inbox++;
#elif defined(ALONE)
#ifdef PROMISE_READ_EARLY
        answer = promise;
        inbox++;
#else
        inbox++;
        answer = promise;
#endif
        if
        :: answer
        :: !answer -> notify(answer)
        fi;
#else
        inbox++;
        notify(answer);
#endif
        do /* run_here */
        :: !answer ->
            take(answer, served);
            answer = !answer
        :: else -> break
        od
#endif
    :: else -> break
    od
}

active [SEATS] proctype Worker() {
    bool mine; /* Seat::searching_ */
    bool answer;
    bool again; /* in claim_thread and ensure */
    bool found; /* in ensure */
    bool patient; /* this sleep does not end by itself */
    bool last;    /* no other thread was there */
    bool served;

end_absent:
    atomic { made > 0 && NEXT_SEAT -> made--; in_use[SEAT] = true; mine = true };

serve:
    take(answer, served);
    if
    :: !answer -> goto rest
    :: answer ->
#ifdef PROMISES
        atomic { assert(taken > 0); taken-- };
#endif
        if
        :: atomic { mine -> mine = false; assert(searching > 0); searching-- }
        :: !mine
        fi;
#ifndef NO_LOOK_IN_FOUND
        look_in(answer);
        if
        :: answer -> claim_thread(answer)
        :: !answer
        fi;
#endif
#if defined(PROMISES) && !defined(NONE_LEFT)
        if
        :: taken > 0 -> ensure(answer)
        :: taken == 0
        fi;
#endif
        if
#ifdef PROMISES
        :: goto serve
#else
        :: goto search
#endif
        :: atomic { losses > 0 -> losses-- }; goto lost
        :: atomic { hanging < HANGS -> hanging++ };
end_hanging:
            false
        fi
    fi;

#ifndef PROMISES
search:
    if
    :: searching == 0 -> searching++; mine = true
    :: searching > 0
    fi;
    goto serve;
#endif

rest:
#ifdef LOOK_BEFORE_CHANGE
    look_in(answer);
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
    look_in(answer);
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

late:
    atomic {
        if
#ifndef LEAVE_UNCOUNTED
        :: idle == 0 -> goto not_now
#endif
        :: else -> last = LAST
        fi
    };
#ifdef NEEDED_KEEPS_ALL
    last = true;
#endif
    if
    :: last && taken > 0 -> goto not_now
    :: !last || taken == 0
    fi;
    atomic {
        if
#ifndef LEAVE_UNCOUNTED
        :: idle == 0 -> goto not_now
#endif
#ifndef NEEDED_KEEPS_ALL
        :: last != LAST -> goto late /* the exchange fails */
#endif
        :: else ->
            assert(idle > 0 && threads > 0);
            idle--;
            threads--
        fi
    };
#ifdef NEEDED_ASKED_EARLY
    last = false;
#endif
    if
    :: atomic { last && taken > 0 -> threads++; searching++; mine = true }; goto serve
    :: atomic { !last || taken == 0 -> in_use[SEAT] = false; goto end_absent }
    fi;

not_now: /* tries again and again, but nothing changes until it may leave */
end_not_now:
    if
    :: atomic { tokens > 0 -> tokens--; mine = true }; goto serve
    :: MAY_LEAVE -> goto late
    fi;

lost:
    atomic { assert(!mine && threads > 0); threads-- };
    answer = false;
#ifndef LOST_WORK
    look(answer);
#endif
    if
    :: answer -> notify(answer)
    :: !answer -> answer = true
    fi;
#if defined(PROMISES) && !defined(LOST_PROMISE)
    if
    :: answer && taken > 0 -> ensure(answer)
    :: !answer || taken == 0
    fi;
#endif
    if
    :: atomic { answer -> in_use[SEAT] = false; goto end_absent }
    :: atomic { !answer -> threads++; searching++; mine = true }; goto serve
    fi
}

#ifdef CANCELLER
active proctype Canceller() {
    bool answer;
    bool again; /* in claim_thread and ensure */
    bool found; /* in ensure */
    bool served;
    atomic { !lock -> lock = true };
    atomic { scheduled = scheduled + inbox; inbox = 0 };
    atomic { COUNT_READY; lock = false };
    notify(answer);
    do
    :: !answer ->
        take(answer, served);
        answer = !answer
    :: else -> break
    od
}
#endif

/* Nothing can move: nobody is on the way, and nothing waits for somebody who sleeps. */
active proctype Judge() {
    timeout;
    assert(!lock && made == 0 && searching == 0 && starting == 0 && tokens == 0);
    assert(idle <= WORKERS);
#ifdef ALONE
    assert(!busy || hanging > 0);
    assert(inbox + scheduled == 0 || busy);
#else
    assert(inbox + scheduled == 0 || hanging == threads);
    assert(inbox + scheduled == 0 || threads == WORKERS || refusals < REFUSALS);
#endif
    assert(taken == 0 || threads > 0)
}

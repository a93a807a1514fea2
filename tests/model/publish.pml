/*
 * A control block is published once per submission and not touched afterwards; a stale number finds
 * nobody else's request: aio/engine.cc, engine_cancel.cc, desk.cc.
 *
 * Owners submit a block, wait until its status is final, look at the result and use the block again
 * at once, or free it. Records are reused just as fast, by whichever owner comes next. Workers take
 * and publish; cancellers, who may be slow and hold a number that means something else by now,
 * withdraw and publish.
 *
 * Where the orders are weaker than sequentially consistent, and what stands for them here:
 *   - Two relaxed or plain stores with nothing between them may become visible in either order, so
 *     both orders are tried: kPublishing and the result in finish().
 *   - A release store becomes visible after everything before it: the status after both of them,
 *     kPublished after the status, the owner in Desk::open() after kFilled. A mutant that weakens
 *     one of them tries the other order as well.
 *   - Acquire loads are not overtaken by later ones; loads of one thread are made one by one.
 *   - What happens to records in the schedule, and only there, happens under the engine's lock:
 *     such a section is one atomic step, or steps between the taking of the lock and its release
 *     where it looks at what others change without the lock (Canceller).
 * Waking and sleeping are proven in waiting_room.pml; here a wait ends when its condition holds.
 *
 *   here                      there
 *   state, owner, available   Request::state, Request::owner, the slab's free records
 *   inbox, ready, in_lane     where a record is: Inbox; ready queue, gate or parked; Lane::requests
 *   unpublished               Lane::unpublished
 *   status, result, number    the block's __error_code, __return_value, __next_prio
 *   Owner                     Desk::open(), Block::begin(), Engine::post(); aio_error, aio_return
 *   finish                    Engine::finish(), publish_block()
 *   Worker                    Engine::next(), run()
 *   Canceller                 aio_cancel, Engine::cancel(), Desk::find(), withdraw(),
 *                             finish_withdrawn(), wait_until_published()
 *   engines, submitted, published   nothing: what the proof keeps in mind
 *
 * Mutants, each of which the search must refute:
 *   TOUCH_AFTER_PUBLISH       the waiting room reads the block to wake its sleepers
 *   STATUS_RELAXED            the status may be visible before the result
 *   PUBLISHING_LATE           kPublishing is stored after the status
 *   PUBLISHED_EARLY           kPublished is stored before the status
 *   OWNER_RELAXED             the owner may be visible before kFilled
 *   WITHDRAW_IN_NAME          the canceller publishes and leaves the record in the schedule
 *   OWNER_IGNORED             Desk::find() trusts the number
 *   STATE_IGNORED             Desk::find() finds what has not been admitted
 *   CLOSE_UNLOCKED            finish_withdrawn() gives records back without the lock
 *   NO_WAIT                   aio_cancel does not wait for a publication that is under way
 *
 * Searched to the end, in millions of states:
 *   -DCANCELLERS=1               0.3
 *   -DCANCELLERS=2 -DROUNDS=1    1.3
 *   -DCANCELLERS=1 -DWORKERS=2   1.8
 */

#ifndef ROUNDS
#define ROUNDS 2 /* submissions of the first owner; the second makes one */
#endif
#ifndef WORKERS
#define WORKERS 1
#endif
#ifndef CANCELLERS
#define CANCELLERS 2
#endif
#define RECORDS 2
#define OWNERS 2

/* Request::state; one stands for all in which a request waits in the schedule. */
#define kFilled 0
#define kPosted 1
#define kWaiting 2
#define kRunning 3
#define kWithdrawn 4
#define kPublishing 5
#define kPublished 6

/* Block::error() */
#define kInProgress 0
#define kOk 1
#define kCancelled 2

#define kNull OWNERS

byte state[RECORDS] = kPublished;
byte owner[RECORDS] = kNull;
bool available[RECORDS] = true;
bool inbox[RECORDS], ready[RECORDS], in_lane[RECORDS];
byte unpublished;
bool lock;

byte status[OWNERS] = kOk;
byte result[OWNERS], number[OWNERS];

bool engines[OWNERS];   /* the block belongs to the engine */
byte submitted[OWNERS]; /* submissions that have been posted */
byte published[OWNERS];

/* Whoever has the lock: what came in is admitted. */
inline admit_all() {
    d_step {
        if
        :: inbox[0] -> inbox[0] = false; ready[0] = true; in_lane[0] = true; state[0] = kWaiting
        :: else
        fi;
        if
        :: inbox[1] -> inbox[1] = false; ready[1] = true; in_lane[1] = true; state[1] = kWaiting
        :: else
        fi
    }
}

inline touch(whose) {
    assert(engines[whose])
}

inline store_result(whose, how) {
    atomic {
        touch(whose);
        result[whose] = (submitted[whose] << 2) + how
    }
}

inline store_status(whose, how) {
    atomic {
        touch(whose);
        status[whose] = how;
        engines[whose] = false;
        published[whose]++;
        assert(published[whose] == submitted[whose])
    }
}

inline finish(record, whose, how) {
    whose = owner[record];
#ifdef PUBLISHING_LATE
    store_result(whose, how);
    store_status(whose, how);
    state[record] = kPublishing;
    state[record] = kPublished;
#else
#ifdef STATUS_RELAXED
    state[record] = kPublishing;
    store_status(whose, how);
    result[whose] = (submitted[whose] << 2) + how;
    state[record] = kPublished;
#else
    if
    :: state[record] = kPublishing; store_result(whose, how)
    :: store_result(whose, how); state[record] = kPublishing
    fi;
#ifdef PUBLISHED_EARLY
    state[record] = kPublished;
    store_status(whose, how);
#else
    store_status(whose, how);
    state[record] = kPublished;
#endif
#endif
#endif
#ifdef TOUCH_AFTER_PUBLISH
    touch(whose);
#endif
    assert(!available[record] && owner[record] == whose) /* deliver(request.notice) */
}

proctype Owner(byte me, rounds) {
    byte record;
    do
    :: rounds > 0 ->
        rounds--;
        if
        :: atomic { available[0] -> available[0] = false; record = 0 }
        :: atomic { available[1] -> available[1] = false; record = 1 }
        fi;
        if
        :: state[record] = kFilled; owner[record] = me
#ifdef OWNER_RELAXED
        :: owner[record] = me; state[record] = kFilled
#endif
        fi;
        atomic { number[me] = record; result[me] = 0; status[me] = kInProgress };
        state[record] = kPosted;
        atomic { inbox[record] = true; engines[me] = true; submitted[me]++ };
        /* aio_error, aio_return */
        status[me] != kInProgress;
        assert(published[me] == submitted[me]);
        assert(result[me] == (submitted[me] << 2) + status[me]);
        /* cancel_all(): what is seen to be final is not seen to be running. */
        atomic { !lock -> assert(!in_lane[record] || owner[record] != me ||
                                 state[record] >= kPublishing) }
    :: else -> break
    od
}

active [WORKERS] proctype Worker() {
    byte record, whose;
    bool has;
end_idle:
    do
    ::  atomic {
            !lock && (has || inbox[0] || inbox[1] || ready[0] || ready[1]) ->
            if
            :: has ->
                assert(state[record] == kPublished);
                in_lane[record] = false;
                owner[record] = kNull;
                available[record] = true;
                has = false
            :: else
            fi;
            admit_all();
            if
            :: ready[0] -> record = 0; has = true
            :: ready[1] -> record = 1; has = true
            :: !ready[0] && !ready[1]
            fi;
            if
            :: has -> ready[record] = false; state[record] = kRunning
            :: else
            fi
        };
        if
        :: has -> finish(record, whose, kOk)
        :: !has
        fi
    od
}

inline find(record, whose, found) {
#ifdef OWNER_IGNORED
    found = true;
#else
    found = (owner[record] == whose);
#endif
#ifndef STATE_IGNORED
    found = found && state[record] >= kWaiting
#endif
}

#define PUBLISHING(record) (in_lane[record] && state[record] == kPublishing)

/* For the first owner's block. */
active [CANCELLERS] proctype Canceller() {
    byte record, whose, asked;
    bool found, withdrawn, running;

    /* The block says who serves it; much may happen from here to the taking of the lock. What has
       been posted when the block was looked at, is asked about. */
end_idle:
    atomic { status[0] == kInProgress -> record = number[0]; asked = submitted[0] };

    atomic { !lock -> lock = true };
    admit_all();
    find(record, 0, found);
    if
    :: found ->
        if
        :: state[record] < kRunning ->
            assert(state[record] == kWaiting); /* Schedule::withdraw() checks it */
            assert(ready[record] && owner[record] == 0);
            withdrawn = true;
#ifndef WITHDRAW_IN_NAME
            atomic {
                state[record] = kWithdrawn;
                ready[record] = false;
                in_lane[record] = false;
                unpublished++
            }
#endif
        :: else -> running = (state[record] <= kRunning)
        fi;
        assert(!available[record])
    :: !found
    fi;
    lock = false;

    if
    :: withdrawn ->
        finish(record, whose, kCancelled);
        atomic {
#ifndef CLOSE_UNLOCKED
            !lock ->
#endif
            owner[record] = kNull;
            available[record] = true;
            unpublished--
        }
    :: !withdrawn && found && !running ->
#ifndef NO_WAIT
        atomic { !lock && unpublished == 0 && !PUBLISHING(0) && !PUBLISHING(1) -> skip }
#endif
    :: else
    fi;
    assert(withdrawn || running || published[0] >= asked)
}

init {
    atomic {
        run Owner(0, ROUNDS);
        run Owner(1, 1)
    }
}

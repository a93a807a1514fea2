/*
 * Nobody sleeps through the publication that it waits for: aio/waiting_room.h.
 *
 * One sleeper waits for either of two owners of different kinds, and two for one of them each; each
 * owner is published once. All sleepers come to their end: a search for states in which nobody can
 * move and somebody has not ended finds every lost wake-up. The first sleeper is told to stop when
 * one of its owners is published, so the second publication may find it gone.
 *
 * Why interleaving is enough. The four accesses of the protocol (the announcement, the look at the
 * owner's status, the store of the status, the look at the announcements) and the word itself are
 * sequentially consistent: one order that all threads agree on, and the search walks through all.
 * Whoever waits for something that is kept under the engine's lock instead of in an atomic status
 * (wait_until_published(), clear_descriptor(), drain()) looks at it and changes it under that lock
 * and announces, respectively looks for sleepers, outside: the lock gives the same order.
 *
 *   here                      there
 *   status                    __error_code: true when no longer EINPROGRESS
 *   sleepers, word            WaitingRoom::sleepers_, word_
 *   announce                  Stay::Stay(), Stay::leave(): one kind after the other
 *   Sleeper                   sleep_for_any() in aio/posix/suspend.cc
 *   asleep                    in the kernel's queue: futex(2) compares the word and queues the
 *                             thread in one step, under its own lock
 *   Publisher                 Block::publish(), then WaitingRoom::wake()
 *
 * Mutants, each of which the search must refute:
 *   LOOK_BEFORE_STORE         the publisher looks for sleepers before it stores the status
 *   ANNOUNCE_LATE             the sleeper looks at its owners and announces itself afterwards
 *   TICKET_LATE               the word is read after the look at the owners
 *   WORD_UNCHANGED            the publisher wakes without changing the word
 *   WAKE_ONE                  the publisher wakes one sleeper of the kind instead of all
 *
 * Searched to the end, in millions of states:
 *   (none)   0.4
 */

#define OWNERS 2
#define SLEEPERS 3

bool status[OWNERS];
byte sleepers[OWNERS]; /* by kind; owner and kind have the same number */
byte word;
bool asleep[SLEEPERS];
bool waits_for[SLEEPERS * OWNERS];

#define WAITS(who, owner) waits_for[(who) * OWNERS + (owner)]

inline announce(who, change) {
    if
    :: WAITS(who, 0) -> sleepers[0] = sleepers[0] + change
    :: else
    fi;
    if
    :: WAITS(who, 1) -> sleepers[1] = sleepers[1] + change
    :: else
    fi
}

inline look(who, answer) {
    answer = WAITS(who, 0) && status[0];
    if
    :: !answer -> answer = WAITS(who, 1) && status[1]
    :: answer
    fi
}

proctype Sleeper(byte who) {
    byte ticket;
    bool done;
#ifndef ANNOUNCE_LATE
    announce(who, 1);
#endif
    do
    ::
#ifndef TICKET_LATE
        ticket = word;
#endif
        look(who, done);
#ifdef TICKET_LATE
        ticket = word;
#endif
        if
        :: done -> break
        :: !done
        fi;
#ifdef ANNOUNCE_LATE
        announce(who, 1);
#endif
        if
        :: atomic { word == ticket -> asleep[who] = true };
           !asleep[who]
        :: word != ticket
        fi
#ifdef ANNOUNCE_LATE
        ;
        announce(who, -1)
#endif
    od;
#ifndef ANNOUNCE_LATE
    announce(who, -1)
#endif
}

inline wake_all(owner) {
    atomic {
#ifdef WAKE_ONE
        if
        :: asleep[0] && WAITS(0, owner) -> asleep[0] = false
        :: asleep[1] && WAITS(1, owner) -> asleep[1] = false
        :: asleep[2] && WAITS(2, owner) -> asleep[2] = false
        :: else
        fi
#else
        asleep[0] = asleep[0] && !WAITS(0, owner);
        asleep[1] = asleep[1] && !WAITS(1, owner);
        asleep[2] = asleep[2] && !WAITS(2, owner)
#endif
    }
}

proctype Publisher(byte owner) {
    bool anybody;
#ifdef LOOK_BEFORE_STORE
    anybody = (sleepers[owner] > 0);
    status[owner] = true;
#else
    status[owner] = true;
    anybody = (sleepers[owner] > 0);
#endif
    if
    :: anybody ->
#ifndef WORD_UNCHANGED
        word++;
#endif
        wake_all(owner)
    :: !anybody
    fi
}

init {
    atomic {
        WAITS(0, 0) = true;
        WAITS(0, 1) = true;
        WAITS(1, 1) = true;
        WAITS(2, 0) = true;
        run Sleeper(0);
        run Sleeper(1);
        run Sleeper(2);
        run Publisher(0);
        run Publisher(1)
    }
    _nr_pr == 1;
    assert(sleepers[0] == 0 && sleepers[1] == 0)
}

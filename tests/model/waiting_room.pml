/*
 * Nobody sleeps through the publication that it waits for: aio/waiting_room.h.
 *
 * One sleeper waits for either of two owners of different kinds, and two for one owner each; one of
 * these shares its owner's kind with an owner that it does not wait for. Each owner is published
 * once. All sleepers come to their end: a search for states in which nobody can move and somebody
 * has not ended finds every lost wake-up. The first sleeper is told to stop when one of its owners
 * is published, so the second publication may find it gone.
 *
 * Why interleaving is enough. The four accesses of the protocol (the announcement, the look at the
 * owner's status, the store of the status, the look at the announcements), the taking away of an
 * announcement and the word itself are sequentially consistent: one order that all threads agree
 * on, and the search walks through all. Whoever waits for something that is kept under the engine's
 * lock instead of in an atomic status (wait_until_published(), clear_descriptor(), drain()) looks
 * at it and changes it under that lock and announces, respectively looks for announcements,
 * outside: the lock gives the same order.
 *
 *   here                      there
 *   status                    __error_code: true when no longer EINPROGRESS
 *   announced, word           WaitingRoom::announced_, word_
 *   Sleeper                   wait_for_any() in aio/posix/suspend.cc
 *   asleep                    in the kernel's queue: futex(2) compares the word and queues the
 *                             thread in one step, under its own lock
 *   Publisher                 Block::publish(), then WaitingRoom::wake()
 *
 * Mutants, each of which the search must refute:
 *   LOOK_BEFORE_STORE         the publisher looks for announcements before it stores the status
 *   ANNOUNCE_LATE             the sleeper looks at its owners and announces itself afterwards
 *   ANNOUNCE_ONCE             a sleeper that was woken for another owner does not announce itself
 *                             anew
 *   TICKET_LATE               the word is read after the announcement
 *   WORD_EARLY                the word is changed before the announcement is taken away
 *   WORD_UNCHANGED            the publisher wakes without changing the word
 *   WAKE_ONE                  the publisher wakes one sleeper of the kind instead of all
 *
 * Searched to the end, in millions of states:
 *   (none)   4.8
 */

#define OWNERS 3
#define KINDS 2
#define SLEEPERS 3
#define KIND(owner) ((owner) % KINDS)

bool status[OWNERS];
bool announced[KINDS];
byte word;
bool asleep[SLEEPERS];
bool waits_for[SLEEPERS * OWNERS];

#define WAITS(who, owner) waits_for[(who) * OWNERS + (owner)]
#define SLEEPS_FOR(who, kind) \
    (WAITS(who, kind) || ((kind) + KINDS < OWNERS && WAITS(who, ((kind) + KINDS) % OWNERS)))

/* One read-modify-write for all kinds. */
inline announce(who) {
    atomic {
        announced[0] = announced[0] || SLEEPS_FOR(who, 0);
        announced[1] = announced[1] || SLEEPS_FOR(who, 1)
    }
}

inline look(who, answer) {
    answer = WAITS(who, 0) && status[0];
    if
    :: !answer -> answer = WAITS(who, 1) && status[1]
    :: answer
    fi;
    if
    :: !answer -> answer = WAITS(who, 2) && status[2]
    :: answer
    fi
}

proctype Sleeper(byte who) {
    byte ticket;
    bool done;
#ifdef ANNOUNCE_ONCE
    announce(who);
#endif
    do
    ::
#ifndef TICKET_LATE
        ticket = word;
#endif
#if !defined(ANNOUNCE_LATE) && !defined(ANNOUNCE_ONCE)
        announce(who);
#endif
#ifdef TICKET_LATE
        ticket = word;
#endif
        look(who, done);
        if
        :: done -> break
        :: !done
        fi;
#ifdef ANNOUNCE_LATE
        announce(who);
#endif
        if
        :: atomic { word == ticket -> asleep[who] = true };
           !asleep[who]
        :: word != ticket
        fi
    od
}

inline wake_all(kind) {
    atomic {
#ifdef WAKE_ONE
        if
        :: asleep[0] && SLEEPS_FOR(0, kind) -> asleep[0] = false
        :: asleep[1] && SLEEPS_FOR(1, kind) -> asleep[1] = false
        :: asleep[2] && SLEEPS_FOR(2, kind) -> asleep[2] = false
        :: else
        fi
#else
        asleep[0] = asleep[0] && !SLEEPS_FOR(0, kind);
        asleep[1] = asleep[1] && !SLEEPS_FOR(1, kind);
        asleep[2] = asleep[2] && !SLEEPS_FOR(2, kind)
#endif
    }
}

proctype Publisher(byte owner) {
    bool anybody;
#ifdef LOOK_BEFORE_STORE
    anybody = announced[KIND(owner)];
    status[owner] = true;
#else
    status[owner] = true;
    anybody = announced[KIND(owner)];
#endif
    if
    :: anybody ->
#ifdef WORD_EARLY
        word++;
#endif
        announced[KIND(owner)] = false;
#if !defined(WORD_UNCHANGED) && !defined(WORD_EARLY)
        word++;
#endif
        wake_all(KIND(owner))
    :: !anybody
    fi
}

init {
    atomic {
        WAITS(0, 0) = true;
        WAITS(0, 1) = true;
        WAITS(1, 1) = true;
        WAITS(2, 2) = true;
        run Sleeper(0);
        run Sleeper(1);
        run Sleeper(2);
        run Publisher(0);
        run Publisher(1);
        run Publisher(2)
    }
}

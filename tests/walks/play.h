// Play: a walk as it goes. The schedule takes each step, and after each of them everything that can
// be seen of it is compared with the reference (reference.h), and what moves in the files and
// streams with a serial execution.
//
//     Play play(Order::kConflict, kSound);
//     for (const Step& step : walk.steps) {
//         if (play.possible(step)) play.make(step);
//     }
//     play.end();
//
// As if serial. The serial order is the order in which requests were taken; so two things are
// looked at. At each take: the request may overtake those of its descriptor that come before it in
// queue order, and still wait, only if nobody can tell: executed before or after them, all reads
// return the same and the files hold the same. At each retirement: what the request has read, and
// at rest what the files hold, is what the requests taken so far give if they are executed one
// after another, although here their bytes moved in another order. So by induction what happened is
// the serial execution in queue order of those requests that ran; one that was taken before a more
// urgent one arrived ran first. A file whose bytes moved through two descriptors is left out: order
// holds within one.
//
// Anything wrong is thrown as Broken, a broken invariant of the schedule itself too: in programs
// that use this library, threadpool/base/check.h throws. The play is of no use after that.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "aio/lane.h"
#include "tests/aio/make_request.h"
#include "tests/walks/media.h"
#include "tests/walks/plant.h"
#include "tests/walks/reference.h"
#include "tests/walks/walk.h"

namespace uaio::test {

class Broken : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// What a play compares: everything, unless it is to be shown that one half finds an error alone.
struct Looks {
    bool states = true;
    bool bytes = true;
};

class Play {
  public:
    Play(Order order, const Plant& plant, Looks looks = {});

    // Whether the step has a meaning now.
    bool possible(const Step& step) const;

    // A possible step. `look`: compare afterwards; a step known to be right need not be looked at.
    void make(const Step& step, bool look = true);

    // Nothing is outstanding: nothing may be left anywhere.
    void end();

    const Requests& requests() const { return requests_; }
    const Media& media() const { return media_; }
    int admitted() const { return admitted_; }
    size_t ready() const;

  private:
    const Outstanding* find(int number) const;
    Outstanding& at(int number);

    void admit(const Admission& admission);
    Descriptor descriptor_of(const Admission& admission) const;
    Wave* wave_for(Kind kind);
    void take(bool transfer_now);
    void look_at_order(const Outstanding& taken) const;
    void note_turn(const Outstanding& taken);
    void transfer(Outstanding& request);
    bool take_along(const Outstanding& taken);
    void retire(int number);
    void withdraw(int number);
    void park(int number);
    void unpark_all();
    void forget(int number);

    Turn turn_of(const Outstanding& request) const;
    bool serial(const Outstanding& request) const {
        return looks_.bytes && !shared_[medium_of(request.lane, request.operation)];
    }
    void look();
    void look_at_state(const Outstanding& request) const;
    void look_at_counts() const;
    void look_at_rest();
    void note_ready();

    const Order order_;
    const Looks looks_;
    std::unique_ptr<Machine> machine_;
    std::array<Lane, kWalkLanes> lanes_ = {};
    std::deque<Request> records_;  // used again and again
    std::vector<Request*> free_;
    Waves waves_;
    Requests requests_;
    int admitted_ = 0;
    int steps_ = 0;

    Media media_ = media_at_start();
    std::vector<Turn> turns_;  // taken and not withdrawn since the start, in order of taking
    std::array<uint32_t, kMedia> users_ = {};  // sets of descriptors whose bytes moved, as bits
    std::array<bool, kMedia> shared_ = {};
};

}  // namespace uaio::test

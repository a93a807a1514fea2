// Plants: errors put into the schedule on purpose, to prove that walks find them.
//
// A machine is a schedule as a walk uses it. A planted one hands the schedule a policy that is
// wrong, or does a step wrongly itself.
#pragma once

#include <memory>
#include <string>

#include "aio/schedule.h"
#include "tests/walks/walk.h"

namespace uaio::test {

class Machine {
  public:
    explicit Machine(Policy policy) { schedule_.set_policy(policy); }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    virtual ~Machine() = default;

    virtual void admit(Request& request) { schedule_.admit(request); }
    virtual bool withdraw(Request& request) { return schedule_.withdraw(request); }
    virtual void unpark(Request& request) { schedule_.unpark(request); }

    Schedule& schedule() { return schedule_; }

  private:
    Schedule schedule_;
};

struct Plant {
    const char* name;
    const char* error;  // what is wrong, as a sentence without a full stop
    std::unique_ptr<Machine> (*machine)(Order order);
};

// The schedule as it is.
extern const Plant kSound;

inline constexpr size_t kPlants = 9;
extern const Plant kErrors[kPlants];

// Null if there is none of that name.
const Plant* find_plant(const std::string& name);

}  // namespace uaio::test

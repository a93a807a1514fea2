// Jobs that hold their threads until they are let go.
#pragma once

#include <deque>

#include "tests/support/bell.h"
#include "tests/threadpool/crew.h"

namespace uaio::test {

struct HeldJobs {
    Job& add() {
        return jobs.emplace_back([this] {
            entered.ring();
            let_go.wait();
        });
    }

    void release(unsigned count) {
        while (count-- > 0) {
            let_go.ring();
        }
    }

    unsigned runs() const {
        unsigned runs = 0;
        for (const Job& job : jobs) {
            runs += job.runs;
        }
        return runs;
    }

    Bell entered;
    Bell let_go;
    std::deque<Job> jobs;
};

// Occupies that many threads, one after the other.
inline void occupy(Crew& crew, HeldJobs& held, unsigned threads) {
    for (unsigned thread = 0; thread < threads; ++thread) {
        crew.post(held.add());
        held.entered.wait();
    }
}

}  // namespace uaio::test

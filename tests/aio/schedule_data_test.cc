// Requests of equal priority leave the same bytes behind as if each had waited for the one before
// it. Method: random series of transfers on simulated files and streams. What was taken acts at a
// random moment before it retires; afterwards every read and the final contents are compared with
// those of the same requests run one by one in the order of their submission.
#define BOOST_TEST_MODULE schedule_data
#include "aio/schedule.h"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/aio/make_request.h"
#include "tests/support/seed.h"

namespace uaio {
namespace {

using namespace test;

// What a descriptor stands for: a file with a length, or the two ends of a stream, whose input is
// the numbers from 0 on.
struct Medium {
    std::string bytes;
    unsigned char input = 0;

    void act(const Operation& operation, std::string& buffer) {
        bool read = operation.kind == Kind::kRead;
        if (!operation.descriptor.seekable) {
            read ? take_input(buffer) : static_cast<void>(bytes += buffer);
        } else if (read) {
            size_t begin = std::min(static_cast<size_t>(operation.offset), bytes.size());
            buffer = bytes.substr(begin, buffer.size());
        } else if (!buffer.empty()) {  // a write of nothing does not make a file longer
            size_t at =
                operation.descriptor.append ? bytes.size() : static_cast<size_t>(operation.offset);
            bytes.resize(std::max(bytes.size(), at + buffer.size()), '\0');
            bytes.replace(at, buffer.size(), buffer);
        }
    }

  private:
    void take_input(std::string& buffer) {
        for (char& byte : buffer) {
            byte = static_cast<char>(input++);
        }
    }
};

// One request from submission to the comparison.
struct Transfer {
    Request request = {};
    size_t lane;
    std::string written;  // by a write; as long as a read wants it
    std::string buffer;
    bool acted = false;
    bool withdrawn = false;
};

class Series {
  public:
    Series(Policy policy, bool mixed, uint64_t seed) : mixed_(mixed), random_(seed) {
        schedule_->set_policy(policy);
        for (size_t lane = 0; lane < kLanes; ++lane) {
            media_[lane].bytes = lane == kStream ? "" : std::string(kFileBytes, '-');
            before_[lane] = media_[lane];
        }
    }

    void run(size_t transfers) {
        while (transfers_.size() < transfers || !running_.empty() ||
               schedule_->outstanding() != 0) {
            size_t choice = pick(11);
            if (choice < 4 && transfers_.size() < transfers) {
                submit();
            } else if (choice < 7) {
                take();
            } else if (choice < 9) {
                act();
            } else if (choice < 11) {
                retire();
            } else if (pick(3) == 0) {
                withdraw();
            }
        }
        compare();
    }

  private:
    static constexpr size_t kLanes = 3;
    static constexpr size_t kStream = 2;  // the others are files
    static constexpr size_t kFileBytes = 16;

    size_t pick(size_t most) { return std::uniform_int_distribution<size_t>(0, most)(random_); }

    // The length of the file is what it is now, with writes in flight that may change it.
    Descriptor descriptor_of(size_t lane) {
        if (lane == kStream) {
            return stream(lane);
        }
        Descriptor descriptor = file(lane, static_cast<int64_t>(media_[lane].bytes.size()));
        descriptor.direct = mixed_ ? pick(1) == 0 : lane == 0;
        descriptor.append = mixed_ && pick(4) == 0;
        return descriptor;
    }

    void submit() {
        Transfer& transfer = transfers_.emplace_back();
        transfer.lane = pick(kLanes - 1);
        size_t bytes = pick(6);
        auto offset = static_cast<int64_t>(pick(kFileBytes * 2));
        Descriptor descriptor = descriptor_of(transfer.lane);
        bool read = pick(1) == 0;
        transfer.written = std::string(bytes, static_cast<char>('A' + transfers_.size() % 26));
        transfer.buffer = transfer.written;
        make_request(
            transfer.request, lanes_[transfer.lane],
            read ? reading(descriptor, offset, bytes) : writing(descriptor, offset, bytes));
        schedule_->admit(transfer.request);
    }

    Transfer& transfer_of(const Request& request) {
        return *std::find_if(transfers_.begin(), transfers_.end(), [&](const Transfer& transfer) {
            return &transfer.request == &request;
        });
    }

    void take() {
        if (Request* request = schedule_->take()) {
            running_.push_back(&transfer_of(*request));
        }
    }

    void act() {
        if (!running_.empty()) {
            act(*running_[pick(running_.size() - 1)]);
        }
    }

    void act(Transfer& transfer) {
        if (!transfer.acted) {
            transfer.acted = true;
            media_[transfer.lane].act(transfer.request.operation, transfer.buffer);
        }
    }

    void retire() {
        if (!running_.empty()) {
            Transfer* transfer = running_[pick(running_.size() - 1)];
            act(*transfer);
            std::erase(running_, transfer);
            schedule_->retire(transfer->request);
        }
    }

    void withdraw() {
        if (!transfers_.empty()) {
            Transfer& transfer = transfers_[pick(transfers_.size() - 1)];
            if (!transfer.acted && !transfer.withdrawn) {
                transfer.withdrawn = schedule_->withdraw(transfer.request);
            }
        }
    }

    void compare() {
        std::array<Medium, kLanes> serial = before_;
        for (const Transfer& transfer : transfers_) {
            BOOST_TEST_REQUIRE(transfer.acted != transfer.withdrawn);
            if (transfer.acted) {
                std::string buffer = transfer.written;
                serial[transfer.lane].act(transfer.request.operation, buffer);
                BOOST_TEST_REQUIRE(transfer.buffer == buffer,
                                   "transfer " << transfer.request.sequence << " read '"
                                               << transfer.buffer << "' and not '" << buffer
                                               << "'");
            }
        }
        for (size_t lane = 0; lane < kLanes; ++lane) {
            BOOST_TEST_REQUIRE(media_[lane].bytes == serial[lane].bytes);
        }
    }

    bool mixed_;
    std::mt19937_64 random_;
    std::array<Lane, kLanes> lanes_ = {};
    std::array<Medium, kLanes> media_;
    std::array<Medium, kLanes> before_;
    std::unique_ptr<Schedule> schedule_ = std::make_unique<Schedule>();
    std::deque<Transfer> transfers_;  // in order of submission
    std::vector<Transfer*> running_;
};

void run_series(Policy policy, bool mixed, uint64_t usual_seed) {
    uint64_t seed = announced_seed(usual_seed);
    for (uint64_t i = 0; i < 1'500; ++i) {
        BOOST_TEST_CONTEXT("series " << i) {
            Series(policy, mixed, seed + i).run(24);
        }
    }
}

BOOST_AUTO_TEST_CASE(parallel_runs_leave_what_serial_ones_leave) {
    run_series(place_by_conflict, false, 20'260'109);
}

// The same with O_APPEND and O_DIRECT changing from request to request.
BOOST_AUTO_TEST_CASE(changing_flags_make_no_difference) {
    run_series(place_by_conflict, true, 20'260'110);
}

BOOST_AUTO_TEST_CASE(strict_runs_leave_what_serial_ones_leave) {
    run_series(place_strictly, true, 20'260'111);
}

}  // namespace
}  // namespace uaio

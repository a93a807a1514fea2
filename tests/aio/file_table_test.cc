// A sync is barred as long as an older write of its file is in flight, and the table forgets files
// that have neither. Method: small cases, and random admissions and departures, with seeds, against
// a search through everything in flight.
#define BOOST_TEST_MODULE file_table
#include "aio/file_table.h"

#include <stddef.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/aio/make_request.h"
#include "tests/support/seed.h"

namespace uaio {
namespace {

using namespace test;

using Requests = std::vector<Request*>;

// A table and requests in it, numbered as the schedule would.
class Room {
  public:
    Request& write(const Descriptor& descriptor) {
        Request& request = fresh(writing(descriptor, 0, 1));
        request.wave = &waves.fresh();
        table->add_write(request);
        return request;
    }

    // The sync, and whether it passes.
    std::pair<Request&, bool> sync(const Descriptor& descriptor) {
        Request& request = fresh(syncing(descriptor));
        return {request, table->pass_or_bar(request)};
    }

    // The syncs that need not wait any longer once `request` is gone.
    Requests remove_write(Request& request) {
        Requests released;
        auto release = [](void* context, Request& sync) {
            static_cast<Requests*>(context)->push_back(&sync);
        };
        table->remove_write(request, release, &released);
        return released;
    }

    Request& fresh(const Operation& operation) {
        Request& request = requests_.emplace_back();
        make_request(request, lane_, operation);
        request.order = order_of(0, ++sequence_);
        return request;
    }

    size_t take_unused() {
        size_t taken = 0;
        while (table->take_unused() != nullptr) {
            ++taken;
        }
        return taken;
    }

    Waves waves;
    std::unique_ptr<FileTable> table = std::make_unique<FileTable>();

  private:
    Lane lane_ = {};
    std::deque<Request> requests_;
    uint64_t sequence_ = 0;
};

BOOST_FIXTURE_TEST_CASE(a_sync_without_writes_passes, Room) {
    BOOST_TEST(sync(file(1)).second);
    BOOST_TEST(table->size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_sync_waits_for_every_older_write, Room) {
    Request& first = write(file(1));
    Request& second = write(file(1));
    auto [barred, passes] = sync(file(1));
    BOOST_TEST(!passes);
    BOOST_TEST(remove_write(second).empty());
    BOOST_TEST(remove_write(first) == Requests{&barred}, boost::test_tools::per_element());
    BOOST_TEST(table->size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_sync_does_not_wait_for_younger_writes, Room) {
    Request& older = write(file(1));
    Request& barred = sync(file(1)).first;
    Request& younger = write(file(1));
    BOOST_TEST(remove_write(older) == Requests{&barred}, boost::test_tools::per_element());
    BOOST_TEST(table->size() == 1u);
    BOOST_TEST(remove_write(younger).empty());
    BOOST_TEST(table->size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_write_releases_the_syncs_up_to_the_next_one, Room) {
    Request& first = write(file(1));
    Request& one = sync(file(1)).first;
    Request& other = sync(file(1)).first;
    Request& second = write(file(1));
    Request& last = sync(file(1)).first;
    BOOST_TEST(remove_write(first) == (Requests{&one, &other}), boost::test_tools::per_element());
    BOOST_TEST(remove_write(second) == Requests{&last}, boost::test_tools::per_element());
    BOOST_TEST(table->size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_younger_write_that_goes_first_releases_nobody, Room) {
    Request& first = write(file(1));
    Request& one = sync(file(1)).first;
    Request& second = write(file(1));
    Request& other = sync(file(1)).first;
    BOOST_TEST(remove_write(second).empty());
    BOOST_TEST(remove_write(first) == (Requests{&one, &other}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(files_do_not_wait_for_each_other, Room) {
    Descriptor other_device = file(1);
    other_device.identity.device = 2;
    Request& writing_one = write(file(1));
    BOOST_TEST(sync(file(2)).second);
    BOOST_TEST(sync(other_device).second);
    BOOST_TEST(!sync(file(1)).second);
    BOOST_TEST(table->size() == 1u);
    remove_write(writing_one);
    BOOST_TEST(table->size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_barred_sync_may_go_away, Room) {
    Request& older = write(file(1));
    Request& gone = sync(file(1)).first;
    Request& stays = sync(file(1)).first;
    table->remove_barred(gone);
    BOOST_TEST(gone.wave == nullptr);
    BOOST_TEST(remove_write(older) == Requests{&stays}, boost::test_tools::per_element());
    BOOST_TEST(table->size() == 0u);
}

// A wave in the middle has lost its writes; its syncs wait for an older one.
BOOST_FIXTURE_TEST_CASE(syncs_of_several_waves_go_at_once, Room) {
    Request& first = write(file(1));
    Request& one = sync(file(1)).first;
    Request& second = write(file(1));
    Request& other = sync(file(1)).first;
    Request& third = write(file(1));
    Request& last = sync(file(1)).first;
    BOOST_TEST(remove_write(second).empty());
    BOOST_TEST(remove_write(first) == (Requests{&one, &other}), boost::test_tools::per_element());
    BOOST_TEST(remove_write(third) == Requests{&last}, boost::test_tools::per_element());
    BOOST_TEST(table->size() == 0u);
}

// Otherwise there would be more and more of them behind a write that takes its time.
BOOST_FIXTURE_TEST_CASE(a_wave_of_nobody_is_dropped_wherever_it_stands, Room) {
    Request& slow = write(file(1));
    Request& barred = sync(file(1)).first;
    for (int i = 0; i < 3; ++i) {
        Request& passing = write(file(1));
        Request& gone = sync(file(1)).first;
        Request& newest = write(file(1));
        BOOST_TEST(remove_write(passing).empty());
        BOOST_TEST(take_unused() == 0u);
        table->remove_barred(gone);
        BOOST_TEST(take_unused() == 1u);
        BOOST_TEST(remove_write(newest).empty());
        BOOST_TEST(take_unused() == 1u);
    }
    BOOST_TEST(remove_write(slow) == Requests{&barred}, boost::test_tools::per_element());
    BOOST_TEST(table->size() == 0u);
}

// The file system does not always know when a file was made.
BOOST_FIXTURE_TEST_CASE(waves_of_one_file_may_know_different_things_of_it, Room) {
    Descriptor known = file(1);
    known.identity.born = 7;
    Request& first = write(file(1));
    Request& barred = sync(known).first;
    Request& second = write(known);
    BOOST_TEST(remove_write(first) == Requests{&barred}, boost::test_tools::per_element());
    BOOST_TEST(table->size() == 1u);
    BOOST_TEST(remove_write(second).empty());
    BOOST_TEST(table->size() == 0u);
    BOOST_TEST(take_unused() == waves.size());
}

// Many more files than buckets, so that some share one; dropped in another order than added.
void check_crowd(Room& room, bool by_device) {
    constexpr size_t kFiles = kFileBuckets * 2;
    std::vector<Request*> writes;
    for (uint64_t number = 0; number < kFiles; ++number) {
        Descriptor descriptor = file(by_device ? 7 : number);
        descriptor.identity.device = by_device ? static_cast<uint32_t>(number) : 7;
        writes.push_back(&room.write(descriptor));
    }
    BOOST_TEST(room.table->size() == kFiles);
    std::mt19937_64 random(announced_seed(20'260'103));
    std::shuffle(writes.begin(), writes.end(), random);
    for (Request* request : writes) {
        Request& barred = room.sync(request->operation.descriptor).first;
        BOOST_TEST_REQUIRE((room.remove_write(*request) == Requests{&barred}));
        BOOST_TEST_REQUIRE(room.sync(request->operation.descriptor).second);
    }
    BOOST_TEST(room.table->size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(inodes_of_one_bucket_are_told_apart, Room) {
    check_crowd(*this, false);
}

BOOST_FIXTURE_TEST_CASE(devices_of_one_bucket_are_told_apart, Room) {
    check_crowd(*this, true);
}

BOOST_FIXTURE_TEST_CASE(the_record_of_a_write_that_joins_is_not_used, Room) {
    Request& first = write(file(1));
    BOOST_TEST(take_unused() == 0u);
    Request& second = write(file(1));
    BOOST_TEST(second.wave == first.wave);
    Wave* unused = table->take_unused();
    BOOST_TEST_REQUIRE(unused != nullptr);
    BOOST_TEST(unused != first.wave);
    BOOST_TEST(table->take_unused() == nullptr);
}

// Whichever write brought it.
BOOST_FIXTURE_TEST_CASE(the_record_of_a_dropped_wave_is_not_used, Room) {
    Request& first = write(file(1));
    Request& second = write(file(1));
    Wave* used = first.wave;
    BOOST_TEST(take_unused() == 1u);
    remove_write(first);
    BOOST_TEST(first.wave == nullptr);
    BOOST_TEST(take_unused() == 0u);
    remove_write(second);
    BOOST_TEST(table->take_unused() == used);
    BOOST_TEST(table->take_unused() == nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_record_may_serve_again, Room) {
    Request& request = fresh(writing(file(1), 0, 1));
    Wave& record = waves.fresh();
    for (uint64_t inode = 1; inode <= 5; ++inode) {
        request.operation = writing(file(inode), 0, 1);
        request.wave = &record;
        table->add_write(request);
        BOOST_TEST(request.wave == &record);
        BOOST_TEST(!sync(file(inode)).second);
        BOOST_TEST(table->size() == 1u);
        BOOST_TEST(remove_write(request).size() == 1u);
        BOOST_TEST(table->size() == 0u);
        BOOST_TEST(table->take_unused() == &record);
    }
}

// Everything in flight, oldest first.
class Script {
  public:
    explicit Script(uint64_t seed) : random_(seed) {}

    void step() {
        size_t choice = pick(6);
        if (choice < 2 || in_flight_.empty()) {
            in_flight_.push_back(&room_.write(file(pick(3))));
        } else if (choice < 4) {
            admit_sync(file(pick(3)));
        } else {
            go(*in_flight_[pick(in_flight_.size() - 1)]);
        }
        std::set<uint64_t> files;
        for (const Request* request : in_flight_) {
            files.insert(request->operation.descriptor.identity.inode);
        }
        BOOST_TEST_REQUIRE(room_.table->size() == files.size());
    }

    void drain() {
        while (!in_flight_.empty()) {
            go(*in_flight_[pick(in_flight_.size() - 1)]);
        }
        BOOST_TEST_REQUIRE(room_.table->size() == 0u);
        BOOST_TEST_REQUIRE(room_.take_unused() == room_.waves.size());
    }

  private:
    size_t pick(size_t most) { return std::uniform_int_distribution<size_t>(0, most)(random_); }

    bool has_to_wait(const Request& sync) const {
        return std::any_of(in_flight_.begin(), in_flight_.end(), [&sync](const Request* other) {
            return other->operation.kind == Kind::kWrite && other->order < sync.order &&
                   other->operation.descriptor.identity == sync.operation.descriptor.identity;
        });
    }

    void admit_sync(const Descriptor& descriptor) {
        auto [request, passes] = room_.sync(descriptor);
        BOOST_TEST_REQUIRE(passes == !has_to_wait(request));
        if (!passes) {
            in_flight_.push_back(&request);
        }
    }

    void go(Request& request) {
        in_flight_.erase(std::find(in_flight_.begin(), in_flight_.end(), &request));
        if (is_sync(request.operation.kind)) {
            room_.table->remove_barred(request);
            return;
        }
        Requests free;
        std::copy_if(in_flight_.begin(), in_flight_.end(), std::back_inserter(free),
                     [this](const Request* other) {
                         return is_sync(other->operation.kind) && !has_to_wait(*other);
                     });
        BOOST_TEST_REQUIRE(room_.remove_write(request) == free, boost::test_tools::per_element());
        std::erase_if(in_flight_, [&free](Request* other) {
            return std::find(free.begin(), free.end(), other) != free.end();
        });
    }

    std::mt19937_64 random_;
    Room room_;
    Requests in_flight_;
};

BOOST_AUTO_TEST_CASE(bars_like_a_search_through_everything) {
    uint64_t seed = announced_seed(20'260'104);
    for (uint64_t round = 0; round < 200; ++round) {
        BOOST_TEST_CONTEXT("round " << round) {
            Script script(seed + round);
            for (int step = 0; step < 100; ++step) {
                script.step();
            }
            script.drain();
        }
    }
}

}  // namespace
}  // namespace uaio

// Outstanding requests as they are read from memory. Goal: each is shown as it is, and whatever the
// memory holds is refused or left out. Method: this process reads its own memory, in which it has
// made a desk and requests by hand, sound and spoilt; and one that threads change meanwhile.
#define BOOST_TEST_MODULE live_requests
#include "tools/uaio/live_requests.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/window.h"
#include "tests/aio/make_request.h"
#include "tests/support/require.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

using namespace test;

constexpr int kFd = 5;

uint64_t address_of(const void* object) {
    return reinterpret_cast<uintptr_t>(object);
}

void publish_nothing(void* /*owner*/, ssize_t /*result*/, int /*error*/) {}

struct Office {
    WindowAddresses window() const {
        return {kWindowLayout, address_of(desk.get()), address_of(workers.get())};
    }

    LiveRequests read() const { return read_requests(self, window()); }

    Request& open(const Operation& operation, State state) {
        Submission submission = {operation, &owner, publish_nothing, nullptr, nullptr};
        submission.operation.fd = kFd;
        int error = -1;
        Request* request = desk->open(submission, error);
        BOOST_TEST_REQUIRE(request != nullptr);
        request->state = state;
        return *request;
    }

    std::unique_ptr<Desk> desk = std::make_unique<Desk>();
    std::unique_ptr<Pool> workers = std::make_unique<Pool>();
    Process self = Process(getpid());
    int owner = 0;
};

BOOST_FIXTURE_TEST_CASE(an_idle_engine_has_no_requests, Office) {
    LiveRequests found = read();
    BOOST_TEST(found.list.empty());
    BOOST_TEST(!found.partial);
    BOOST_TEST(found.workers == 0u);
    BOOST_TEST(found.busy == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_request_is_shown_as_it_was_submitted, Office) {
    open(writing(file(1), 8192, 512, 3), State::kRunning);
    LiveRequests found = read();
    BOOST_TEST_REQUIRE(found.list.size() == 1u);
    const LiveRequest& request = found.list[0];
    BOOST_TEST(request.number == 0u);
    BOOST_TEST(request.fd == kFd);
    BOOST_TEST((request.kind == Kind::kWrite));
    BOOST_TEST(request.priority == 3);
    BOOST_TEST((request.offset == 8192));
    BOOST_TEST(request.bytes == 512u);
    BOOST_TEST((request.state == State::kRunning));
    BOOST_TEST(!request.age_ns);  // nobody has asked the desk for it
    BOOST_TEST(describe(request) == "#0 write of 512 bytes at 8192, descriptor 5");
    BOOST_TEST(age_of(request) == "-");
}

BOOST_FIXTURE_TEST_CASE(what_cannot_seek_has_no_offset, Office) {
    open(reading(stream(1), 0, 100), State::kParked);
    open(operation_of(Kind::kFileSync, file(1), 0, 0, 0), State::kBarred);
    LiveRequests found = read();
    BOOST_TEST_REQUIRE(found.list.size() == 2u);
    BOOST_TEST(describe(found.list[0]) == "#0 read of 100 bytes, descriptor 5");
    BOOST_TEST(describe(found.list[1]) == "#1 sync, descriptor 5");
}

BOOST_FIXTURE_TEST_CASE(the_oldest_comes_first, Office) {
    desk->keep_moments();
    Request& first = open(reading(file(1), 0, 1), State::kReady);
    open(reading(file(1), 1, 1), State::kReady);
    desk->close(first);
    open(reading(file(1), 2, 1), State::kReady);  // the record with the lower number
    LiveRequests found = read();
    BOOST_TEST_REQUIRE(found.list.size() == 2u);
    BOOST_TEST(found.list[0].number == 1u);
    BOOST_TEST(found.list[1].number == 0u);
    BOOST_TEST_REQUIRE((found.list[0].age_ns && found.list[1].age_ns));
    BOOST_TEST(*found.list[0].age_ns >= *found.list[1].age_ns);
}

BOOST_FIXTURE_TEST_CASE(each_state_has_what_it_waits_for, Office) {
    const std::pair<State, const char*> kWaits[] = {
        {State::kFilled, "its submitter"},        {State::kPosted, "a worker"},
        {State::kBarred, "the writes before it"}, {State::kHeld, "its turn at descriptor 5"},
        {State::kParked, "its stream"},           {State::kReady, "a worker"},
        {State::kRunning, "its system call"},     {State::kWithdrawn, "nothing more"},
        {State::kPublishing, "nothing more"},
    };
    Request& request = open(reading(file(1), 0, 1), State::kFilled);
    for (const auto& [state, wait] : kWaits) {
        request.state = state;
        LiveRequests found = read();
        BOOST_TEST_REQUIRE(found.list.size() == 1u);
        BOOST_TEST(wait_of(found.list[0]) == wait);
    }
    request.state = State::kPublished;
    BOOST_TEST(read().list.empty());
    request.state = State::kRunning;
    desk->close(request);
    BOOST_TEST(read().list.empty());
}

// Records of different chunks; then what is the address of no record.
BOOST_FIXTURE_TEST_CASE(a_blocked_request_names_its_blocker, Office) {
    std::vector<Request*> requests;
    for (int i = 0; i < 200; ++i) {
        requests.push_back(&open(reading(file(1), i, 1), State::kReady));
    }
    Request& blocked = *requests[0];
    blocked.state = State::kBlocked;
    blocked.blocker = requests[199];
    LiveRequests found = read();
    BOOST_TEST_REQUIRE(found.list.size() == 200u);
    BOOST_TEST(wait_of(found.list[0]) == "request #199");
    int elsewhere = 0;
    blocked.blocker = reinterpret_cast<Request*>(&elsewhere);
    BOOST_TEST(wait_of(read().list[0]) == "another one");
    blocked.blocker = nullptr;
    BOOST_TEST(wait_of(read().list[0]) == "another one");
}

BOOST_FIXTURE_TEST_CASE(records_that_make_no_sense_are_left_out, Office) {
    Request& request = open(reading(file(1), 0, 1), State::kReady);
    request.number = 7;
    BOOST_TEST(read().list.empty());
    request.number = 0;
    request.state = static_cast<State>(200);
    BOOST_TEST(read().list.empty());
    request.state = State::kReady;
    request.operation.kind = static_cast<Kind>(200);
    BOOST_TEST(read().list.empty());
    request.operation.kind = Kind::kRead;
    memset(&request.operation.descriptor.seekable, 0x77, 1);  // no bool is that
    BOOST_TEST(read().list.size() == 1u);
}

void expect_refusal(const Process& process, const WindowAddresses& window, const char* why) {
    BOOST_CHECK_EXCEPTION(read_requests(process, window), Failure, [&](const Failure& failure) {
        BOOST_TEST(failure.what() == why);
        return true;
    });
}

// What a sanitizer maps is everywhere, but not here.
uint64_t address_without_memory() {
    size_t bytes = size_t{1} << 20;
    void* pages = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(pages != MAP_FAILED && munmap(pages, bytes) == 0, "map and unmap");
    return address_of(pages);
}

BOOST_FIXTURE_TEST_CASE(addresses_of_nothing_are_refused, Office) {
    const char* nothing = "there is no engine where its statistics say";
    for (uint64_t address : {uint64_t{0}, uint64_t{8}, UINT64_MAX, uint64_t{1} << 63,
                             uint64_t{INT64_MAX} - 16, address_without_memory()}) {
        WindowAddresses addresses = window();
        addresses.desk = address;
        expect_refusal(self, addresses, nothing);
        addresses = window();
        addresses.workers = address;
        expect_refusal(self, addresses, nothing);
    }
    WindowAddresses addresses = window();
    addresses.layout = 0;
    expect_refusal(self, addresses, "its engine has not begun");
    addresses.layout = kWindowLayout + 2;
    expect_refusal(self, addresses, "its engine is that of another version of uaio");
}

BOOST_FIXTURE_TEST_CASE(a_desk_full_of_garbage_is_refused, Office) {
    std::vector<unsigned char> garbage(std::max(sizeof(Desk), sizeof(Pool)));
    for (unsigned char byte : {0xff, 0x7f, 0x41, 0x01}) {
        std::fill(garbage.begin(), garbage.end(), byte);
        WindowAddresses addresses = {kWindowLayout, address_of(garbage.data()),
                                     address_of(workers.get())};
        expect_refusal(self, addresses, "there is no engine where its statistics say");
    }
    std::fill(garbage.begin(), garbage.end(), 0x41);
    LiveRequests found =
        read_requests(self, {kWindowLayout, address_of(desk.get()), address_of(garbage.data())});
    BOOST_TEST(found.busy <= found.workers);
}

// Every field of a request says the same number, so a half of two requests would show.
BOOST_FIXTURE_TEST_CASE(no_request_is_put_together_from_two, Office) {
    constexpr int kLooks = 300;
    constexpr size_t kKept = 100;
    std::atomic<bool> over{false};
    std::thread submitter([&] {
        Descriptor descriptor = file(1);
        for (size_t next = 1; !over; next += kKept) {
            std::vector<Request*> kept;
            for (size_t i = next; i < next + kKept; ++i) {
                Operation operation = reading(descriptor, static_cast<int64_t>(i), i);
                operation.fd = static_cast<int>(i % INT32_MAX);
                operation.buffer = reinterpret_cast<void*>(i);
                int error;
                kept.push_back(
                    desk->open({operation, &owner, publish_nothing, nullptr, nullptr}, error));
            }
            for (Request* request : kept) desk->close(*request);
        }
    });
    size_t seen = 0;
    size_t mixed = 0;
    for (int look = 0; look < kLooks || seen == 0; ++look) {
        for (const LiveRequest& request : read().list) {
            ++seen;
            bool same = request.offset == static_cast<int64_t>(request.bytes) &&
                        request.fd == static_cast<int>(request.bytes % INT32_MAX);
            mixed += !same;
        }
    }
    over = true;
    submitter.join();
    BOOST_TEST(mixed == 0u);
}

}  // namespace
}  // namespace uaio::tools

// The table finds what is in it and nothing else. Method: many changes, compared with a map.
#define BOOST_TEST_MODULE context_table
#include "aio/libaio/context_table.h"

#include <map>
#include <memory>
#include <random>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

struct Wanted {
    uint32_t number;
    int looked;
};

bool has(const ContextTable& table, uintptr_t address, uint32_t number) {
    Wanted wanted = {number, 0};
    return table.find(
        address,
        [](void* argument, uint32_t found) {
            auto& looking = *static_cast<Wanted*>(argument);
            ++looking.looked;
            return found == looking.number;
        },
        &wanted);
}

BOOST_AUTO_TEST_CASE(it_agrees_with_a_map) {
    auto table = std::make_unique<ContextTable>();
    std::map<uintptr_t, uint32_t> map;
    std::minstd_rand random(20'261'121);
    for (int i = 0; i < 20'000; ++i) {
        uintptr_t address = uintptr_t{4096} * (1 + random() % 700);
        if (auto found = map.find(address); found != map.end()) {
            BOOST_TEST_REQUIRE(has(*table, address, found->second));
            table->remove(address, found->second);
            map.erase(found);
        } else {
            auto number = static_cast<uint32_t>(i);
            BOOST_TEST_REQUIRE(!has(*table, address, number));
            table->insert(address, number);
            map[address] = number;
        }
    }
    for (auto [address, number] : map) BOOST_TEST(has(*table, address, number));
    table->reset();
    for (auto [address, number] : map) BOOST_TEST(!has(*table, address, number));
}

// Those that share a place stand behind each other, and who leaves does not hide them.
BOOST_AUTO_TEST_CASE(entries_of_one_place_do_not_hide_each_other) {
    auto table = std::make_unique<ContextTable>();
    for (uint32_t number = 0; number < 10; ++number) table->insert(4096, number);
    for (uint32_t number : {3u, 0u, 9u, 4u}) table->remove(4096, number);
    for (uint32_t number : {1u, 2u, 5u, 6u, 7u, 8u}) BOOST_TEST(has(*table, 4096, number));
    for (uint32_t number : {3u, 0u, 9u, 4u}) BOOST_TEST(!has(*table, 4096, number));
    table->insert(4096, 11);
    BOOST_TEST(has(*table, 4096, 11));
}

// In a full table too, where no free place ends the search.
BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_removed) {
    auto table = std::make_unique<ContextTable>();
    table->insert(4096, 1);
    table->remove(4096, 2);
    BOOST_TEST(has(*table, 4096, 1));
    constexpr uint32_t kPlaces = 2 * kContextsMax;
    for (uint32_t number = 2; number <= kPlaces; ++number) {
        table->insert(uintptr_t{4096} * number, number);
    }
    table->remove(4096, kPlaces + 1);
    BOOST_TEST(has(*table, 4096, 1));
}

}  // namespace
}  // namespace uaio

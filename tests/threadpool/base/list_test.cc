// List: order, removal anywhere, membership of several lists.
// Method: the ends and the middle by hand, then random operations against std::list.
#define BOOST_TEST_MODULE list
#include "threadpool/base/list.h"

#include <array>
#include <list>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"

namespace uaio {
namespace {

struct PackTag {};
struct HuntTag {};

struct Wolf : Link<PackTag>, Link<HuntTag> {
    int name = 0;
};

using Pack = List<Wolf, PackTag>;
using Hunt = List<Wolf, HuntTag>;

template <int kCount>
std::array<Wolf, kCount> wolves() {
    std::array<Wolf, kCount> all;
    for (int name = 0; name < kCount; ++name) {
        all[static_cast<size_t>(name)].name = name;
    }
    return all;
}

template <class AnyList>
std::vector<int> names(const AnyList& list) {
    std::vector<int> names;
    for (Wolf* wolf = list.front(); wolf != nullptr; wolf = AnyList::after(*wolf)) {
        names.push_back(wolf->name);
    }
    return names;
}

void check(const Pack& pack, const std::vector<int>& expected) {
    BOOST_TEST(names(pack) == expected, boost::test_tools::per_element());
    BOOST_TEST(pack.empty() == expected.empty());
}

BOOST_AUTO_TEST_CASE(a_new_list_is_empty) {
    Pack pack;
    check(pack, {});
    BOOST_TEST(pack.front() == nullptr);
    BOOST_TEST(pack.pop_front() == nullptr);
}

BOOST_AUTO_TEST_CASE(elements_leave_in_the_order_of_arrival) {
    auto all = wolves<4>();
    Pack pack;
    for (Wolf& wolf : all) {
        pack.push_back(wolf);
    }
    check(pack, {0, 1, 2, 3});
    for (Wolf& wolf : all) {
        BOOST_TEST(pack.pop_front() == &wolf);
    }
    check(pack, {});
}

BOOST_AUTO_TEST_CASE(an_element_may_leave_from_anywhere) {
    auto all = wolves<5>();
    Pack pack;
    for (Wolf& wolf : all) {
        pack.push_back(wolf);
    }
    pack.remove(all[2]);
    check(pack, {0, 1, 3, 4});
    pack.remove(all[0]);
    check(pack, {1, 3, 4});
    pack.remove(all[4]);
    check(pack, {1, 3});
    pack.remove(all[1]);
    pack.remove(all[3]);
    check(pack, {});
}

BOOST_AUTO_TEST_CASE(who_left_may_come_back_at_the_end) {
    auto all = wolves<3>();
    Pack pack;
    for (Wolf& wolf : all) {
        pack.push_back(wolf);
    }
    pack.push_back(*pack.pop_front());
    check(pack, {1, 2, 0});
}

BOOST_AUTO_TEST_CASE(lists_of_different_tags_know_nothing_of_each_other) {
    auto all = wolves<3>();
    Pack pack;
    Hunt hunt;
    for (Wolf& wolf : all) {
        pack.push_back(wolf);
    }
    hunt.push_back(all[2]);
    hunt.push_back(all[0]);
    pack.remove(all[0]);
    check(pack, {1, 2});
    BOOST_TEST(names(hunt) == std::vector({2, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(random_operations_agree_with_the_standard_list) {
    constexpr int kWolves = 12;
    constexpr int kOperations = 50'000;
    std::mt19937_64 random(test::announced_seed(11));
    auto all = wolves<kWolves>();
    Pack pack;
    std::list<int> model;
    int differences = 0;
    for (int operation = 0; operation < kOperations; ++operation) {
        int name = static_cast<int>(random() % (kWolves + 1));
        if (name == kWolves) {
            Wolf* front = pack.pop_front();
            differences += (front == nullptr) != model.empty();
            differences += front != nullptr && front->name != model.front();
            if (!model.empty()) {
                model.pop_front();
            }
        } else if (std::erase(model, name) == 1) {
            pack.remove(all[static_cast<size_t>(name)]);
        } else {
            model.push_back(name);
            pack.push_back(all[static_cast<size_t>(name)]);
        }
        differences += names(pack) != std::vector(model.begin(), model.end());
    }
    BOOST_TEST(differences == 0);
}

}  // namespace
}  // namespace uaio

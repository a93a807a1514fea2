// The index answers like a list that is searched from end to end, and stays balanced. Method:
// random operations on both, with seeds, ranges crowded into a few bytes so that they overlap; and
// a large index inserted in ascending order, whose depth is counted along the links of its nodes.
#define BOOST_TEST_MODULE range_index
#include "aio/range_index.h"

#include <stddef.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"

namespace uaio {
namespace {

RangeNode node_of(Range range, uint64_t order) {
    RangeNode node = {};
    node.range = range;
    node.order = order;
    return node;
}

bool is_empty(Range range) {
    return range.begin >= range.end;
}

bool overlap(Range one, Range other) {
    return !is_empty(one) && !is_empty(other) && one.begin < other.end && other.begin < one.end;
}

// What the index promises, searched for one node after the other.
class Reference {
  public:
    void insert(RangeNode& node) { nodes_.push_back(&node); }

    void erase(const RangeNode& node) { std::erase(nodes_, &node); }

    // The place in queue order of the one that latest_before() returns; false if there is none.
    bool latest_before(Range range, uint64_t order, uint64_t& latest) const {
        bool found = false;
        latest = 0;
        for (const RangeNode* node : nodes_) {
            if (overlap(node->range, range) && node->order < order) {
                found = true;
                latest = std::max(latest, node->order);
            }
        }
        return found;
    }

    // Sorted by order.
    std::vector<uint64_t> after(Range range, uint64_t order) const {
        std::vector<uint64_t> orders;
        for (const RangeNode* node : nodes_) {
            if (overlap(node->range, range) && node->order > order) {
                orders.push_back(node->order);
            }
        }
        std::sort(orders.begin(), orders.end());
        return orders;
    }

  private:
    std::vector<const RangeNode*> nodes_;
};

std::vector<uint64_t> visited_after(const RangeIndex& index, Range range, uint64_t order) {
    std::vector<uint64_t> orders;
    auto visit = [](void* context, RangeNode& node) {
        static_cast<std::vector<uint64_t>*>(context)->push_back(node.order);
    };
    index.visit_after(range, order, visit, &orders);
    std::sort(orders.begin(), orders.end());
    return orders;
}

// The index and the reference under one series of random operations.
class Pair {
  public:
    Pair(uint64_t seed, int64_t bytes) : random_(seed), bytes_(bytes) {}

    void step() {
        uint64_t choice = pick(0, 9);
        if (choice < 5 || present_.empty()) {
            insert();
        } else if (choice < 8) {
            erase(pick(0, present_.size() - 1));
        } else {
            RangeNode& node = *present_[pick(0, present_.size() - 1)];
            index_.set_order(node, node.order % kOrders);
        }
    }

    void compare() {
        Range range = any_range();
        uint64_t order = pick(1, 2 * kOrders);
        uint64_t latest;
        bool expected = reference_.latest_before(range, order, latest);
        RangeNode* found = index_.latest_before(range, order);
        BOOST_TEST_REQUIRE((found != nullptr) == expected);
        if (found != nullptr) {
            BOOST_TEST_REQUIRE(overlap(found->range, range));
            BOOST_TEST_REQUIRE(found->order == latest);
        }
        BOOST_TEST_REQUIRE(visited_after(index_, range, order) == reference_.after(range, order),
                           boost::test_tools::per_element());
    }

    // What the nodes know of their subtrees, by which searches skip them.
    void check_nodes() const {
        for (const RangeNode* node : present_) {
            int64_t end_max = node->range.end;
            uint64_t least = node->order;
            uint64_t greatest = node->order;
            for (const RangeNode* child : {node->left, node->right}) {
                if (child != nullptr) {
                    BOOST_TEST_REQUIRE(child->parent == node);
                    end_max = std::max(end_max, child->end_max);
                    least = std::min(least, child->order_min);
                    greatest = std::max(greatest, child->order_max);
                }
            }
            BOOST_TEST_REQUIRE(node->end_max == end_max);
            BOOST_TEST_REQUIRE(node->order_min == least);
            BOOST_TEST_REQUIRE(node->order_max == greatest);
        }
    }

    void empty_it() {
        while (!present_.empty()) {
            BOOST_TEST_REQUIRE(!index_.empty());
            erase(pick(0, present_.size() - 1));
            compare();
        }
        BOOST_TEST_REQUIRE(index_.empty());
    }

  private:
    static constexpr uint64_t kOrders = 1'000'000;

    uint64_t pick(uint64_t least, uint64_t most) {
        return std::uniform_int_distribution<uint64_t>(least, most)(random_);
    }

    Range any_range() {
        auto begin = static_cast<int64_t>(pick(0, static_cast<uint64_t>(bytes_)));
        auto length = static_cast<int64_t>(pick(0, static_cast<uint64_t>(bytes_) / 4));
        return pick(0, 19) == 0 ? kWholeFile : Range{begin, begin + length};
    }

    // An order is used once, and so is the one that takes its place.
    uint64_t fresh_order() {
        uint64_t order;
        do {
            order = kOrders + pick(1, kOrders - 1);
        } while (std::find(used_.begin(), used_.end(), order) != used_.end());
        used_.push_back(order);
        return order;
    }

    void insert() {
        RangeNode& node = nodes_.emplace_back(node_of(any_range(), fresh_order()));
        index_.insert(node);
        reference_.insert(node);
        present_.push_back(&node);
    }

    void erase(size_t position) {
        RangeNode& node = *present_[position];
        index_.erase(node);
        reference_.erase(node);
        present_.erase(present_.begin() + static_cast<ptrdiff_t>(position));
    }

    std::mt19937_64 random_;
    int64_t bytes_;
    RangeIndex index_;
    Reference reference_;
    std::deque<RangeNode> nodes_;  // stay where they are
    std::vector<RangeNode*> present_;
    std::vector<uint64_t> used_;
};

// Of the node: itself and its ancestors.
size_t depth_of(const RangeNode& node) {
    size_t depth = 0;
    for (const RangeNode* above = &node; above != nullptr; above = above->parent) {
        ++depth;
    }
    return depth;
}

BOOST_AUTO_TEST_CASE(a_new_index_finds_nothing) {
    RangeIndex index;
    BOOST_TEST(index.empty());
    BOOST_TEST(index.latest_before(kWholeFile, UINT64_MAX) == nullptr);
    BOOST_TEST(visited_after(index, kWholeFile, 0).empty());
}

BOOST_AUTO_TEST_CASE(ranges_that_touch_do_not_overlap) {
    RangeIndex index;
    RangeNode node = node_of({10, 20}, 1);
    index.insert(node);
    BOOST_TEST(index.latest_before({0, 10}, 2) == nullptr);
    BOOST_TEST(index.latest_before({20, 30}, 2) == nullptr);
    BOOST_TEST(index.latest_before({0, 11}, 2) == &node);
    BOOST_TEST(index.latest_before({19, 30}, 2) == &node);
    BOOST_TEST(index.latest_before({12, 13}, 2) == &node);
}

BOOST_AUTO_TEST_CASE(an_empty_range_overlaps_nothing) {
    RangeIndex index;
    RangeNode empty = node_of({15, 15}, 1);
    index.insert(empty);
    BOOST_TEST(index.latest_before({10, 20}, 9) == nullptr);
    RangeNode node = node_of({10, 20}, 2);
    index.insert(node);
    BOOST_TEST(index.latest_before({15, 15}, 9) == nullptr);
    BOOST_TEST(index.latest_before(kNoRange, 9) == nullptr);
    BOOST_TEST(visited_after(index, {15, 15}, 0).empty());
}

BOOST_AUTO_TEST_CASE(the_latest_of_those_before_is_found) {
    RangeIndex index;
    RangeNode first = node_of({0, 100}, 1);
    RangeNode second = node_of({50, 60}, 2);
    RangeNode third = node_of({55, 70}, 3);
    index.insert(third);
    index.insert(first);
    index.insert(second);
    BOOST_TEST(index.latest_before({56, 57}, 4) == &third);
    BOOST_TEST(index.latest_before({56, 57}, 3) == &second);
    BOOST_TEST(index.latest_before({56, 57}, 2) == &first);
    BOOST_TEST(index.latest_before({56, 57}, 1) == nullptr);
    BOOST_TEST(index.latest_before({10, 20}, 4) == &first);
}

BOOST_AUTO_TEST_CASE(a_node_may_get_another_place_in_queue_order) {
    RangeIndex index;
    RangeNode late = node_of({0, 10}, 9);
    RangeNode early = node_of({0, 10}, 3);
    index.insert(late);
    BOOST_TEST(index.latest_before({0, 10}, 1) == nullptr);
    index.set_order(late, 1);
    BOOST_TEST(index.latest_before({0, 10}, 2) == &late);
    BOOST_TEST(visited_after(index, {0, 10}, 1).empty());
    index.insert(early);
    BOOST_TEST(index.latest_before({0, 10}, 5) == &early);
    index.erase(early);
    BOOST_TEST(index.latest_before({0, 10}, 5) == &late);
}

BOOST_AUTO_TEST_CASE(a_node_may_be_inserted_again) {
    RangeIndex index;
    RangeNode node = node_of({0, 10}, 5);
    index.insert(node);
    index.set_order(node, 2);
    index.erase(node);
    node.range = {20, 30};
    node.order = 6;
    index.insert(node);
    BOOST_TEST(index.latest_before({20, 30}, 6) == nullptr);
    BOOST_TEST(index.latest_before({0, 10}, 7) == nullptr);
    BOOST_TEST(index.latest_before({20, 30}, 7) == &node);
}

BOOST_AUTO_TEST_CASE(answers_like_a_list_that_is_searched_through) {
    uint64_t seed = test::announced_seed(20'260'101);
    for (uint64_t round = 0; round < 40; ++round) {
        BOOST_TEST_CONTEXT("round " << round) {
            Pair pair(seed + round, round % 2 == 0 ? 24 : 4'000);
            for (int step = 0; step < 250; ++step) {
                pair.step();
                pair.compare();
                pair.check_nodes();
            }
            pair.empty_it();
        }
    }
}

// A random search tree of so many nodes is about 40 deep. The weights depend on the addresses
// alone.
BOOST_AUTO_TEST_CASE(ascending_insertion_keeps_it_balanced) {
    constexpr size_t kNodes = 100'000;
    constexpr size_t kDepthMax = 60;
    // Between nodes, in nodes: in a schedule few requests may have a range.
    for (size_t spacing : {1, 4}) {
        std::vector<RangeNode> nodes(kNodes * spacing);
        RangeIndex index;
        size_t deepest = 0;
        for (size_t i = 0; i < nodes.size(); i += spacing) {
            auto begin = static_cast<int64_t>(i) * 4'096;
            nodes[i] = node_of({begin, begin + 4'096}, i + 1);
            index.insert(nodes[i]);
        }
        for (size_t i = 0; i < nodes.size(); i += spacing) {
            deepest = std::max(deepest, depth_of(nodes[i]));
        }
        BOOST_TEST(deepest < kDepthMax,
                   "depth " << deepest << " with nodes " << spacing << " apart");
    }
}

// The same bytes again and again: only queue order tells the nodes apart.
BOOST_AUTO_TEST_CASE(equal_ranges_keep_it_balanced) {
    constexpr size_t kNodes = 100'000;
    constexpr size_t kDepthMax = 60;
    std::vector<RangeNode> nodes(kNodes);
    RangeIndex index;
    for (size_t i = 0; i < kNodes; ++i) {
        nodes[i] = node_of({0, 512}, i + 1);
        index.insert(nodes[i]);
    }
    size_t deepest = 0;
    for (const RangeNode& node : nodes) {
        deepest = std::max(deepest, depth_of(node));
    }
    BOOST_TEST(deepest < kDepthMax);
    BOOST_TEST(index.latest_before({0, 1}, kNodes / 2) == &nodes[kNodes / 2 - 2]);
}

}  // namespace
}  // namespace uaio

// The heap gives its nodes out in order, whatever was removed from the middle. Method: random
// operations, with seeds, on the heap and on a set of orders.
#define BOOST_TEST_MODULE order_heap
#include "aio/order_heap.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"

namespace uaio {
namespace {

struct HeapTag {};

struct Node : Link<HeapTag> {
    uint64_t order = 0;
    Node* child = nullptr;
};

using Heap = OrderHeap<Node, HeapTag>;

Node node_with(uint64_t order) {
    Node node;
    node.order = order;
    return node;
}

std::vector<Node> nodes_with(const std::vector<uint64_t>& orders) {
    std::vector<Node> nodes;
    for (uint64_t order : orders) {
        nodes.push_back(node_with(order));
    }
    return nodes;
}

std::vector<uint64_t> drained(Heap& heap) {
    std::vector<uint64_t> orders;
    while (Node* node = heap.pop()) {
        orders.push_back(node->order);
    }
    return orders;
}

BOOST_AUTO_TEST_CASE(a_new_heap_is_empty) {
    Heap heap;
    BOOST_TEST(heap.empty());
    BOOST_TEST(heap.top() == nullptr);
    BOOST_TEST(heap.pop() == nullptr);
}

BOOST_AUTO_TEST_CASE(the_first_in_order_is_on_top) {
    Heap heap;
    std::vector<Node> nodes = nodes_with({5, 3, 4, 9, 1});
    std::vector<uint64_t> tops;
    for (Node& node : nodes) {
        heap.push(node);
        tops.push_back(heap.top()->order);
    }
    BOOST_TEST(tops == (std::vector<uint64_t>{5, 3, 3, 3, 1}), boost::test_tools::per_element());
    BOOST_TEST(!heap.empty());
    BOOST_TEST(drained(heap) == (std::vector<uint64_t>{1, 3, 4, 5, 9}),
               boost::test_tools::per_element());
    BOOST_TEST(heap.empty());
}

// Every node of every small heap is removed once: the top, first children, last children, those in
// between, with children and without. A pop in between makes the heap more than one level deep.
BOOST_AUTO_TEST_CASE(any_node_may_be_removed) {
    std::vector<uint64_t> orders = {2, 3, 4, 5, 6, 7};
    do {
        for (size_t victim = 0; victim < orders.size(); ++victim) {
            Heap heap;
            std::vector<Node> nodes = nodes_with(orders);
            Node first = node_with(1);
            heap.push(first);
            for (Node& node : nodes) {
                heap.push(node);
            }
            BOOST_TEST_REQUIRE(heap.pop() == &first);
            heap.remove(nodes[victim]);
            std::vector<uint64_t> rest = {2, 3, 4, 5, 6, 7};
            rest.erase(std::find(rest.begin(), rest.end(), orders[victim]));
            BOOST_TEST_REQUIRE(drained(heap) == rest, boost::test_tools::per_element());
        }
    } while (std::next_permutation(orders.begin(), orders.end()));
}

BOOST_AUTO_TEST_CASE(a_removed_node_may_be_pushed_again) {
    Heap heap;
    std::vector<Node> nodes = nodes_with({1, 2, 3, 4});
    for (Node& node : nodes) {
        heap.push(node);
    }
    heap.remove(nodes[1]);
    nodes[1].order = 9;
    heap.push(nodes[1]);
    BOOST_TEST(drained(heap) == (std::vector<uint64_t>{1, 3, 4, 9}),
               boost::test_tools::per_element());
}

// A node on its way in, in or out, of a series of random operations.
class Script {
  public:
    Script(uint64_t seed, size_t nodes) : random_(seed), nodes_(nodes) {
        for (Node& node : nodes_) {
            outside_.push_back(&node);
        }
    }

    void step() {
        size_t choice = pick(0, 9);
        if (choice < 5 && !outside_.empty()) {
            push();
        } else if (choice < 8) {
            pop();
        } else if (!inside_.empty()) {
            remove();
        }
        BOOST_TEST_REQUIRE(heap_.empty() == inside_.empty());
        BOOST_TEST_REQUIRE((heap_.empty() || heap_.top()->order == *orders_.begin()));
    }

    void drain() {
        while (!inside_.empty()) {
            pop();
        }
        BOOST_TEST_REQUIRE(heap_.pop() == nullptr);
    }

  private:
    size_t pick(size_t least, size_t most) {
        return std::uniform_int_distribution<size_t>(least, most)(random_);
    }

    Node* take_from(std::vector<Node*>& place, size_t position) {
        Node* node = place[position];
        place.erase(place.begin() + static_cast<ptrdiff_t>(position));
        return node;
    }

    void push() {
        Node* node = take_from(outside_, pick(0, outside_.size() - 1));
        do {
            node->order = pick(0, 1'000'000);
        } while (!orders_.insert(node->order).second);
        heap_.push(*node);
        inside_.push_back(node);
    }

    void pop() {
        Node* node = heap_.pop();
        BOOST_TEST_REQUIRE((node != nullptr) == !orders_.empty());
        if (node != nullptr) {
            BOOST_TEST_REQUIRE(node->order == *orders_.begin());
            auto place = std::find(inside_.begin(), inside_.end(), node);
            forget(*take_from(inside_, static_cast<size_t>(place - inside_.begin())));
        }
    }

    void remove() {
        Node* node = take_from(inside_, pick(0, inside_.size() - 1));
        heap_.remove(*node);
        forget(*node);
    }

    void forget(Node& node) {
        orders_.erase(node.order);
        outside_.push_back(&node);
    }

    std::mt19937_64 random_;
    std::vector<Node> nodes_;
    Heap heap_;
    std::set<uint64_t> orders_;  // of those inside
    std::vector<Node*> inside_;
    std::vector<Node*> outside_;
};

BOOST_AUTO_TEST_CASE(pops_like_a_sorted_set) {
    uint64_t seed = test::announced_seed(20'260'102);
    for (uint64_t round = 0; round < 60; ++round) {
        BOOST_TEST_CONTEXT("round " << round) {
            Script script(seed + round, round % 3 == 0 ? 4 : 200);
            for (int step = 0; step < 800; ++step) {
                script.step();
            }
            script.drain();
        }
    }
}

}  // namespace
}  // namespace uaio

// ReadyQueue: the most urgent level first, first come first served within it, removal anywhere.
// Method: levels at the ends of the bitmap's words by hand, then random operations against a map.
#define BOOST_TEST_MODULE ready_queue
#include "threadpool/ready_queue.h"

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"
#include "tests/threadpool/base/child.h"

namespace uaio {
namespace {

struct QueueTag {};

struct Entry : Link<QueueTag> {
    int level = 0;
};

using Queue = ReadyQueue<Entry, QueueTag>;

void push_all(Queue& queue, std::deque<Entry>& entries, const std::vector<int>& levels) {
    for (int level : levels) {
        entries.emplace_back().level = level;
        queue.push(entries.back(), level);
    }
}

std::vector<int> pop_all(Queue& queue) {
    std::vector<int> levels;
    while (Entry* entry = queue.pop()) {
        levels.push_back(entry->level);
    }
    return levels;
}

BOOST_AUTO_TEST_CASE(a_new_queue_is_empty) {
    Queue queue;
    BOOST_TEST(queue.empty());
    BOOST_TEST(queue.size() == 0u);
    BOOST_TEST(queue.pop() == nullptr);
}

BOOST_AUTO_TEST_CASE(the_most_urgent_level_leaves_first) {
    Queue queue;
    std::deque<Entry> entries;
    std::vector<int> levels = {64, 127, 0, 63, 65, 1, 126, 62};
    push_all(queue, entries, levels);
    std::sort(levels.begin(), levels.end());
    BOOST_TEST(pop_all(queue) == levels, boost::test_tools::per_element());
    BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(every_level_has_its_place) {
    Queue queue;
    std::deque<Entry> entries;
    std::vector<int> levels(kLevels);
    std::generate(levels.rbegin(), levels.rend(), [level = 0]() mutable { return level++; });
    push_all(queue, entries, levels);
    BOOST_TEST(queue.size() == static_cast<size_t>(kLevels));
    std::reverse(levels.begin(), levels.end());
    BOOST_TEST(pop_all(queue) == levels, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(equal_levels_leave_in_order_of_arrival) {
    for (int level : {0, 63, 64, kLevels - 1}) {
        Queue queue;
        std::deque<Entry> entries;
        push_all(queue, entries, std::vector(5, level));
        for (Entry& entry : entries) {
            BOOST_TEST(queue.pop() == &entry);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_urgent_latecomer_overtakes) {
    Queue queue;
    std::deque<Entry> entries;
    push_all(queue, entries, {70, 70});
    BOOST_TEST(queue.pop() == &entries[0]);
    push_all(queue, entries, {3});
    BOOST_TEST(queue.pop() == &entries[2]);
    BOOST_TEST(queue.pop() == &entries[1]);
}

BOOST_AUTO_TEST_CASE(an_element_may_be_removed_from_anywhere) {
    Queue queue;
    std::deque<Entry> entries;
    push_all(queue, entries, {5, 5, 5, 99});
    queue.remove(entries[1], 5);
    queue.remove(entries[3], 99);
    BOOST_TEST(queue.size() == 2u);
    BOOST_TEST(queue.pop() == &entries[0]);
    queue.remove(entries[2], 5);
    BOOST_TEST(queue.empty());
    BOOST_TEST(queue.pop() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_level_out_of_range_aborts) {
    for (int level : {-1, kLevels}) {
        test::ChildEnd end = test::run_in_child([level] {
            Queue queue;
            Entry entry;
            queue.push(entry, level);
        });
        BOOST_TEST(test::aborted(end));
    }
}

// The model: the entries of each level in order of arrival.
class Model {
  public:
    void push(Entry& entry) { levels_[entry.level].push_back(&entry); }

    Entry* pop() {
        if (levels_.empty()) {
            return nullptr;
        }
        Entry* entry = levels_.begin()->second.front();
        remove(*entry);
        return entry;
    }

    bool remove(Entry& entry) {
        auto level = levels_.find(entry.level);
        if (level == levels_.end() || std::erase(level->second, &entry) == 0) {
            return false;
        }
        if (level->second.empty()) {
            levels_.erase(level);
        }
        return true;
    }

    size_t size() const {
        size_t size = 0;
        for (const auto& [level, entries] : levels_) {
            size += entries.size();
        }
        return size;
    }

  private:
    std::map<int, std::deque<Entry*>> levels_;
};

BOOST_AUTO_TEST_CASE(random_operations_agree_with_the_model) {
    constexpr size_t kEntries = 60;
    constexpr int kOperations = 100'000;
    std::mt19937_64 random(test::announced_seed(13));
    std::vector<Entry> entries(kEntries);
    Queue queue;
    Model model;
    int differences = 0;
    for (int operation = 0; operation < kOperations; ++operation) {
        Entry& entry = entries[random() % kEntries];
        if (random() % 3 == 0) {
            differences += queue.pop() != model.pop();
        } else if (model.remove(entry)) {
            queue.remove(entry, entry.level);
        } else {
            entry.level = static_cast<int>(random() % kLevels);
            queue.push(entry, entry.level);
            model.push(entry);
        }
        differences += queue.size() != model.size() || queue.empty() != (model.size() == 0);
    }
    BOOST_TEST(differences == 0);
}

}  // namespace
}  // namespace uaio

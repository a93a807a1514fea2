// RangeIndex: which outstanding requests of a lane touch a range of bytes, and which of those come
// before a given one in queue order.
//
// A treap: a binary search tree by first byte (queue order breaks ties) that is at the same time a
// heap by a pseudo-random weight, made of the node's address, which keeps it balanced whatever is
// inserted. Every node knows the greatest end, and the least and the greatest order, in its
// subtree, so a search skips subtrees that cannot hold an answer. All operations are O(log n)
// expected; latest_before() degrades towards the number of overlapping ranges only if many of them
// come after the order asked for.
//
// Intrusive; not synchronised. A zeroed index is empty.
#pragma once

#include <stdint.h>

namespace uaio {

// Bytes from begin up to, not including, end. An empty range overlaps nothing.
struct Range {
    int64_t begin;
    int64_t end;
};

inline constexpr Range kWholeFile = {0, INT64_MAX};
inline constexpr Range kNoRange = {0, 0};

struct RangeNode {
    Range range;
    uint64_t order;  // place in queue order, unique in the index; smaller runs first

    RangeNode* left;
    RangeNode* right;
    RangeNode* parent;
    int64_t end_max;  // of this subtree, like the next two
    uint64_t order_min;
    uint64_t order_max;
};

class RangeIndex {
  public:
    bool empty() const { return root_ == nullptr; }

    // `node` has its range and order set.
    void insert(RangeNode& node);

    void erase(RangeNode& node);

    // From now on `node` has that place in queue order.
    void set_order(RangeNode& node, uint64_t order);

    // Of the nodes that overlap `range` and come before `order`, the last one; null if there is
    // none.
    RangeNode* latest_before(Range range, uint64_t order) const;

    // Calls visit(context, node) for each node that overlaps `range` and comes after `order`.
    // `visit` must not change the index.
    void visit_after(Range range, uint64_t order, void (*visit)(void* context, RangeNode& node),
                     void* context) const;

  private:
    void rotate_up(RangeNode& node);
    void replace_child(RangeNode* parent, RangeNode* before, RangeNode* now);

    RangeNode* root_ = nullptr;
};

}  // namespace uaio

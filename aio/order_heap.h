// OrderHeap: requests that wait for their turn at a gate, first in queue order on top.
//
// A pairing heap: push and top are O(1), pop and remove O(log n) amortised. Intrusive; not
// synchronised. A zeroed heap is empty.
#pragma once

#include <stdint.h>

namespace uaio {

struct HeapNode {
    HeapNode* child;  // first child
    HeapNode* next;   // next sibling
    HeapNode* prev;   // previous sibling, or the parent of a first child
    uint64_t order;   // smaller is nearer the top
};

class OrderHeap {
  public:
    bool empty() const { return root_ == nullptr; }
    HeapNode* top() const { return root_; }

    // `node` has its order set.
    void push(HeapNode& node);

    // Null if the heap is empty.
    HeapNode* pop();

    // `node` is in the heap.
    void remove(HeapNode& node);

  private:
    HeapNode* root_ = nullptr;
};

}  // namespace uaio

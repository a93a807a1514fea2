#include "aio/order_heap.h"

namespace uaio {
namespace {

// Makes one heap of two: the later root becomes the first child of the earlier one.
HeapNode* meld(HeapNode* one, HeapNode* other) {
    if (one == nullptr || other == nullptr) {
        return one != nullptr ? one : other;
    }
    HeapNode* top = one->order < other->order ? one : other;
    HeapNode* below = top == one ? other : one;
    below->prev = top;
    below->next = top->child;
    if (top->child != nullptr) {
        top->child->prev = below;
    }
    top->child = below;
    top->next = top->prev = nullptr;
    return top;
}

// The two passes that give the pairing heap its name: siblings are melded in pairs from the first
// to the last, then the pairs into one from the last to the first. The pairs wait on a stack linked
// by prev.
HeapNode* meld_siblings(HeapNode* first) {
    HeapNode* pairs = nullptr;
    while (first != nullptr) {
        HeapNode* second = first->next;
        HeapNode* rest = second != nullptr ? second->next : nullptr;
        first->next = first->prev = nullptr;
        if (second != nullptr) {
            second->next = second->prev = nullptr;
        }
        HeapNode* pair = meld(first, second);
        pair->prev = pairs;
        pairs = pair;
        first = rest;
    }
    HeapNode* melded = nullptr;
    while (pairs != nullptr) {
        HeapNode* below = pairs->prev;
        pairs->prev = nullptr;
        melded = meld(melded, pairs);
        pairs = below;
    }
    return melded;
}

}  // namespace

void OrderHeap::push(HeapNode& node) {
    node.child = node.next = node.prev = nullptr;
    root_ = meld(root_, &node);
}

HeapNode* OrderHeap::pop() {
    HeapNode* top = root_;
    if (top != nullptr) {
        root_ = meld_siblings(top->child);
    }
    return top;
}

void OrderHeap::remove(HeapNode& node) {
    if (&node == root_) {
        pop();
        return;
    }
    (node.prev->child == &node ? node.prev->child : node.prev->next) = node.next;
    if (node.next != nullptr) {
        node.next->prev = node.prev;
    }
    root_ = meld(root_, meld_siblings(node.child));
}

}  // namespace uaio

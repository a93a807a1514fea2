// OrderHeap: requests that wait for their turn at a gate, first in queue order on top.
//
// A pairing heap: push and top are O(1), pop and remove O(log n) amortised. Intrusive; not
// synchronised. A zeroed heap is empty.
//
//     struct Guest : Link<DoorTag> {
//         uint64_t order;  // smaller is nearer the top
//         Guest* child;    // the first one
//     };
//     OrderHeap<Guest, DoorTag> outside;
//
// The link and `child` belong to the heap from push to pop or remove; so an element may use the
// link for a List at other times.
#pragma once

#include "threadpool/base/list.h"

namespace uaio {

template <class T, class Tag>
class OrderHeap {
  public:
    bool empty() const { return root_ == nullptr; }
    T* top() const { return root_; }

    // `element` has its order set.
    void push(T& element) {
        element.child = nullptr;
        link(element) = {};
        root_ = meld(root_, &element);
    }

    // Null if the heap is empty.
    T* pop() {
        T* top = root_;
        if (top != nullptr) {
            root_ = meld_siblings(top->child);
        }
        return top;
    }

    // `element` is in the heap.
    void remove(T& element);

  private:
    // By its `next` an element knows its next sibling; by `prev` the one before, or the parent if
    // it is a first child.
    static Link<Tag>& link(T& element) { return element; }
    static T* at(Link<Tag>* link) { return static_cast<T*>(link); }

    static T* meld(T* one, T* other);
    static T* meld_siblings(T* first);

    T* root_ = nullptr;
};

// Makes one heap of two: the later root becomes the first child of the earlier one.
template <class T, class Tag>
T* OrderHeap<T, Tag>::meld(T* one, T* other) {
    if (one == nullptr || other == nullptr) {
        return one != nullptr ? one : other;
    }
    T* top = one->order < other->order ? one : other;
    T* below = top == one ? other : one;
    link(*below) = {top->child, top};
    if (top->child != nullptr) {
        link(*top->child).prev = below;
    }
    top->child = below;
    link(*top) = {};
    return top;
}

// The two passes that give the pairing heap its name: siblings are melded in pairs from the first
// to the last, then the pairs into one from the last to the first. The pairs wait on a stack linked
// by prev.
template <class T, class Tag>
T* OrderHeap<T, Tag>::meld_siblings(T* first) {
    T* pairs = nullptr;
    while (first != nullptr) {
        T* second = at(link(*first).next);
        T* rest = second != nullptr ? at(link(*second).next) : nullptr;
        link(*first) = {};
        if (second != nullptr) {
            link(*second) = {};
        }
        T* pair = meld(first, second);
        link(*pair).prev = pairs;
        pairs = pair;
        first = rest;
    }
    T* melded = nullptr;
    while (pairs != nullptr) {
        T* below = at(link(*pairs).prev);
        link(*pairs).prev = nullptr;
        melded = meld(melded, pairs);
        pairs = below;
    }
    return melded;
}

template <class T, class Tag>
void OrderHeap<T, Tag>::remove(T& element) {
    if (&element == root_) {
        pop();
        return;
    }
    Link<Tag>& gone = element;
    T& before = *at(gone.prev);
    if (before.child == &element) {
        before.child = at(gone.next);
    } else {
        link(before).next = gone.next;
    }
    if (gone.next != nullptr) {
        gone.next->prev = gone.prev;
    }
    root_ = meld(root_, meld_siblings(element.child));
}

}  // namespace uaio

#include "aio/range_index.h"

namespace uaio {
namespace {

// A mixing function in the manner of splitmix64: neighbouring addresses get unrelated weights.
uint32_t weight_of(const RangeNode& node) {
    uint64_t mixed =
        (reinterpret_cast<uintptr_t>(&node) + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 29) * 0x94d049bb133111ebu;
    return static_cast<uint32_t>(mixed >> 32);
}

bool goes_left(const RangeNode& node, const RangeNode& of) {
    return node.range.begin != of.range.begin ? node.range.begin < of.range.begin
                                              : node.order < of.order;
}

void include(RangeNode& node, const RangeNode* child) {
    if (child == nullptr) {
        return;
    }
    node.end_max = child->end_max > node.end_max ? child->end_max : node.end_max;
    node.order_min = child->order_min < node.order_min ? child->order_min : node.order_min;
    node.order_max = child->order_max > node.order_max ? child->order_max : node.order_max;
}

void refresh(RangeNode& node) {
    node.end_max = node.range.end;
    node.order_min = node.order_max = node.order;
    include(node, node.left);
    include(node, node.right);
}

void refresh_up(RangeNode* node) {
    for (; node != nullptr; node = node->parent) {
        refresh(*node);
    }
}

bool overlaps(const RangeNode& node, Range range) {
    int64_t begin = node.range.begin > range.begin ? node.range.begin : range.begin;
    int64_t end = node.range.end < range.end ? node.range.end : range.end;
    return begin < end;
}

// The better of `best` and what the subtree has. The child with the later requests goes first, so
// that the other can usually be skipped.
RangeNode* search(RangeNode* node, Range range, uint64_t order, RangeNode* best) {
    if (node == nullptr || node->end_max <= range.begin || node->order_min >= order ||
        (best != nullptr && node->order_max <= best->order)) {
        return best;
    }
    if (overlaps(*node, range) && node->order < order &&
        (best == nullptr || node->order > best->order)) {
        best = node;
    }
    RangeNode* first = node->left;
    RangeNode* second = node->range.begin < range.end ? node->right : nullptr;
    if (first != nullptr && second != nullptr && first->order_max < second->order_max) {
        RangeNode* swapped = first;
        first = second;
        second = swapped;
    }
    best = search(first, range, order, best);
    return search(second, range, order, best);
}

void visit_subtree(RangeNode* node, Range range, uint64_t order, void (*visit)(void*, RangeNode&),
                   void* context) {
    if (node == nullptr || node->end_max <= range.begin || node->order_max <= order) {
        return;
    }
    visit_subtree(node->left, range, order, visit, context);
    if (overlaps(*node, range) && node->order > order) {
        visit(context, *node);
    }
    if (node->range.begin < range.end) {
        visit_subtree(node->right, range, order, visit, context);
    }
}

}  // namespace

void RangeIndex::insert(RangeNode& node) {
    node.left = node.right = node.parent = nullptr;
    RangeNode** place = &root_;
    while (*place != nullptr) {
        node.parent = *place;
        place = goes_left(node, **place) ? &(*place)->left : &(*place)->right;
    }
    *place = &node;
    refresh_up(&node);
    while (node.parent != nullptr && weight_of(*node.parent) < weight_of(node)) {
        rotate_up(node);
    }
}

void RangeIndex::erase(RangeNode& node) {
    while (node.left != nullptr || node.right != nullptr) {
        bool take_left = node.right == nullptr ||
                         (node.left != nullptr && weight_of(*node.left) > weight_of(*node.right));
        rotate_up(take_left ? *node.left : *node.right);
    }
    replace_child(node.parent, &node, nullptr);
    refresh_up(node.parent);
}

void RangeIndex::set_order(RangeNode& node, uint64_t order) {
    node.order = order;
    refresh_up(&node);
}

RangeNode* RangeIndex::latest_before(Range range, uint64_t order) const {
    return search(root_, range, order, nullptr);
}

void RangeIndex::visit_after(Range range, uint64_t order, void (*visit)(void*, RangeNode&),
                             void* context) const {
    visit_subtree(root_, range, order, visit, context);
}

// `node` takes the place of its parent, which becomes its child.
void RangeIndex::rotate_up(RangeNode& node) {
    RangeNode* parent = node.parent;
    replace_child(parent->parent, parent, &node);
    node.parent = parent->parent;
    RangeNode*& inner = parent->left == &node ? node.right : node.left;
    RangeNode*& gap = parent->left == &node ? parent->left : parent->right;
    gap = inner;
    if (inner != nullptr) {
        inner->parent = parent;
    }
    inner = parent;
    parent->parent = &node;
    refresh(*parent);
    refresh(node);
}

void RangeIndex::replace_child(RangeNode* parent, RangeNode* before, RangeNode* now) {
    if (parent == nullptr) {
        root_ = now;
    } else {
        (parent->left == before ? parent->left : parent->right) = now;
    }
}

}  // namespace uaio

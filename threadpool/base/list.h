// List: an intrusive doubly linked list. Nothing is allocated; all operations are O(1).
//
//     struct Wolf : Link<PackTag> {};
//     List<Wolf, PackTag> pack;
//
// An element is in at most one list per tag at a time. A zeroed List is empty. A List is one
// pointer: the first element knows the last one, by its `prev`.
#pragma once

namespace uaio {

template <class Tag>
struct Link {
    Link* next = nullptr;
    Link* prev = nullptr;
};

template <class T, class Tag>
class List {
  public:
    bool empty() const { return first_ == nullptr; }
    T* front() const { return static_cast<T*>(first_); }

    static T* after(T& element) { return static_cast<T*>(static_cast<Link<Tag>&>(element).next); }

    void push_back(T& element) {
        Link<Tag>& link = element;
        link.next = nullptr;
        if (first_ == nullptr) {
            first_ = &link;
        } else {
            link.prev = first_->prev;
            link.prev->next = &link;
        }
        first_->prev = &link;
    }

    void remove(T& element) {
        Link<Tag>& link = element;
        (&link != first_ ? link.prev->next : first_) = link.next;
        if (first_ != nullptr) {
            (link.next != nullptr ? link.next : first_)->prev = link.prev;
        }
        link.next = link.prev = nullptr;
    }

    T* pop_front() {
        T* element = front();
        if (element != nullptr) {
            remove(*element);
        }
        return element;
    }

  private:
    Link<Tag>* first_ = nullptr;
};

}  // namespace uaio

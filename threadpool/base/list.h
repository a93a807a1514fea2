// List: an intrusive doubly linked list. Nothing is allocated; all operations are O(1).
//
//     struct Wolf : Link<PackTag> {};
//     List<Wolf, PackTag> pack;
//
// An element is in at most one list per tag at a time. A zeroed List is empty.
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
        link.prev = last_;
        (last_ != nullptr ? last_->next : first_) = &link;
        last_ = &link;
    }

    void remove(T& element) {
        Link<Tag>& link = element;
        (link.prev != nullptr ? link.prev->next : first_) = link.next;
        (link.next != nullptr ? link.next->prev : last_) = link.prev;
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
    Link<Tag>* last_ = nullptr;
};

}  // namespace uaio

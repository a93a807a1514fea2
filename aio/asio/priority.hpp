// Priorities: an associated characteristic of handlers, like Asio's executors and allocators.
//
//     file.priority(10);                                          // of all its operations
//     boost::asio::async_read_at(file, 0, buffer,
//         uaio::asio::bind_priority(20, [](auto error, auto bytes) { ... }));    // of this one
//
// A number from UAIO_PRIORITY_MIN to UAIO_PRIORITY_MAX (<uaio/engine.h>); higher is more urgent, 0
// is usual. Composed operations pass it on to each step, because it is an associator.
#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>

namespace uaio::asio {

template <class T, class Candidate>
struct associated_priority;

template <class Token>
class priority_binder {
  public:
    using target_type = Token;

    template <class U>
    priority_binder(int priority, U&& target)
        : priority_(priority), target_(std::forward<U>(target)) {}

    int get_priority() const noexcept { return priority_; }
    Token& get() noexcept { return target_; }
    const Token& get() const noexcept { return target_; }

    template <class... Arguments>
    decltype(auto) operator()(Arguments&&... arguments) {
        return std::move(target_)(std::forward<Arguments>(arguments)...);
    }

  private:
    int priority_;
    Token target_;
};

// The token with a priority of its own.
template <class Token>
priority_binder<std::decay_t<Token>> bind_priority(int priority, Token&& token) {
    return {priority, std::forward<Token>(token)};
}

namespace detail {

template <class T, class Candidate, class = void>
struct PriorityOf {
    using type = int;
    static int get(const T&, Candidate candidate) noexcept { return candidate; }
};

template <class T, class Candidate>
struct PriorityOf<
    T, Candidate,
    std::void_t<typename boost::asio::associator<associated_priority, T, Candidate>::type>>
    : boost::asio::associator<associated_priority, T, Candidate> {};

// What Asio checks handlers by, where the target has it: the type of a bound handler.
template <class Result, class = void>
struct HandlerTypeOf {};

template <class Result>
struct HandlerTypeOf<Result, std::void_t<typename Result::completion_handler_type>> {
    using completion_handler_type = priority_binder<typename Result::completion_handler_type>;
};

}  // namespace detail

// The priority of a handler; `Candidate` is int, what holds for one that has none.
template <class T, class Candidate = int>
struct associated_priority : detail::PriorityOf<T, Candidate> {};

template <class Token, class Candidate>
struct associated_priority<priority_binder<Token>, Candidate> {
    using type = int;
    static int get(const priority_binder<Token>& bound, Candidate = 0) noexcept {
        return bound.get_priority();
    }
};

template <class T>
int get_associated_priority(const T& handler, int otherwise) noexcept {
    return associated_priority<T, int>::get(handler, otherwise);
}

}  // namespace uaio::asio

namespace boost::asio {

// All other characteristics are the target's.
template <template <class, class> class Associator, class Token, class Candidate>
struct associator<Associator, uaio::asio::priority_binder<Token>, Candidate> {
    using type = typename Associator<Token, Candidate>::type;

    static decltype(auto) get(const uaio::asio::priority_binder<Token>& bound) noexcept {
        return Associator<Token, Candidate>::get(bound.get());
    }
    static decltype(auto) get(const uaio::asio::priority_binder<Token>& bound,
                              const Candidate& candidate) noexcept {
        return Associator<Token, Candidate>::get(bound.get(), candidate);
    }
};

template <class Token, class Signature>
class async_result<uaio::asio::priority_binder<Token>, Signature>
    : public uaio::asio::detail::HandlerTypeOf<async_result<Token, Signature>> {
  public:
    template <class Initiation, class Bound, class... Arguments>
    static decltype(auto) initiate(Initiation&& initiation, Bound&& bound,
                                   Arguments&&... arguments) {
        int priority = bound.get_priority();
        return async_initiate<Token, Signature>(
            [priority, start = std::forward<Initiation>(initiation)](auto&& handler,
                                                                     auto&&... rest) mutable {
                using Handler = std::decay_t<decltype(handler)>;
                std::move(start)(uaio::asio::priority_binder<Handler>(
                                     priority, std::forward<decltype(handler)>(handler)),
                                 std::forward<decltype(rest)>(rest)...);
            },
            bound.get(), std::forward<Arguments>(arguments)...);
    }
};

}  // namespace boost::asio

// Work: while it lives, run() of the executor's context does not return for want of work.
//
// executor_work_guard does that too, but takes a strand for an executor of the Networking TS, whose
// functions a strand of any_io_executor does not have.
#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/execution/executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/prefer.hpp>

namespace uaio::asio::detail {

template <class Executor, bool kStandard = boost::asio::execution::is_executor<Executor>::value>
class Work {
  public:
    explicit Work(const Executor& executor)
        : executor_(executor), tracked_(boost::asio::prefer(executor, kTracked)) {}

    const Executor& executor() const { return executor_; }

  private:
    static constexpr auto kTracked = boost::asio::execution::outstanding_work.tracked;
    using Tracked = std::decay_t<decltype(boost::asio::prefer(std::declval<const Executor&>(),
                                                              kTracked))>;

    Executor executor_;
    Tracked tracked_;
};

// Of the Networking TS.
template <class Executor>
class Work<Executor, false> {
  public:
    explicit Work(const Executor& executor) : guard_(executor) {}

    Executor executor() const { return guard_.get_executor(); }

  private:
    boost::asio::executor_work_guard<Executor> guard_;
};

}  // namespace uaio::asio::detail

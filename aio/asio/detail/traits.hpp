// What the files' templates ask of their arguments.
#pragma once

#include <type_traits>

#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <uaio/asio/detail/file_service.hpp>

namespace uaio::asio::detail {

template <class Context>
using IfContext =
    std::enable_if_t<std::is_convertible_v<Context&, boost::asio::execution_context&>, int>;

template <class From, class To>
using IfConvertible =
    std::enable_if_t<std::is_convertible_v<From, To> && !std::is_same_v<From, To>, int>;

template <class Executor>
using DefaultToken = boost::asio::default_completion_token_t<Executor>;

template <class Executor>
FileService& file_service_of(const Executor& executor) {
    if constexpr (boost::asio::execution::is_executor<Executor>::value) {
        boost::asio::execution_context& context =
            boost::asio::query(executor, boost::asio::execution::context);
        return boost::asio::use_service<FileService>(context);
    } else {  // of the Networking TS
        return boost::asio::use_service<FileService>(executor.context());
    }
}

}  // namespace uaio::asio::detail

// A file server on the loopback interface: the files of a folder over HTTP, whole or by byte
// ranges.
//
//     file_server FOLDER [PORT]           prints "http://127.0.0.1:PORT/" when it listens
//
// One thread, a coroutine for each connection. Sockets and files are awaited in the same way, so
// that a file on a slow disk holds up nobody but the client that wants it. It ends on SIGTERM and
// SIGINT.
#include <array>
#include <exception>
#include <iostream>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <uaio/asio/random_access_file.hpp>

#include "tools/examples/byte_range.h"

namespace uaio::examples {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;

using Request = http::request<http::string_body>;  // which is read, and refused then
using Response = http::response<http::empty_body>;

constexpr std::size_t kBlockBytes = 65'536;

// Nothing above the folder, and nothing hidden in it.
bool is_inside(std::string_view target) {
    return target.size() > 1 && target[0] == '/' && target.find("/.") == target.npos;
}

Response answer(const Request& request, http::status status) {
    Response response(status, request.version());
    response.set(http::field::server, "uaio file_server");
    response.keep_alive(request.keep_alive());
    response.content_length(0);
    return response;
}

net::awaitable<void> send(tcp::socket& socket, const Response& response) {
    http::response_serializer<http::empty_body> serializer(response);
    co_await http::async_write_header(socket, serializer, net::use_awaitable);
}

net::awaitable<void> send(tcp::socket& socket, asio::random_access_file& file, ByteRange range) {
    std::array<char, kBlockBytes> block;
    while (range.bytes > 0) {
        std::size_t wanted = std::min<std::uint64_t>(block.size(), range.bytes);
        std::size_t bytes = co_await file.async_read_some_at(
            range.first, net::buffer(block, wanted), net::use_awaitable);
        co_await net::async_write(socket, net::buffer(block, bytes), net::use_awaitable);
        range.first += bytes;
        range.bytes -= bytes;
    }
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
    return "bytes " + std::to_string(range.first) + '-' +
           std::to_string(range.first + range.bytes - 1) + '/' + std::to_string(size);
}

net::awaitable<void> serve_file(tcp::socket& socket, const Request& request,
                                asio::random_access_file& file) {
    std::uint64_t size = file.size();
    auto range = byte_range(std::string(request[http::field::range]), size);
    if (!range) {
        Response response = answer(request, http::status::range_not_satisfiable);
        response.set(http::field::content_range, "bytes */" + std::to_string(size));
        co_return co_await send(socket, response);
    }
    Response response =
        answer(request, range->is_part ? http::status::partial_content : http::status::ok);
    response.set(http::field::accept_ranges, "bytes");
    response.content_length(range->bytes);
    if (range->is_part) {
        response.set(http::field::content_range, content_range(*range, size));
    }
    co_await send(socket, response);
    if (request.method() == http::verb::get) {
        co_await send(socket, file, *range);
    }
}

net::awaitable<void> serve(tcp::socket& socket, const Request& request, const std::string& folder) {
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
        co_return co_await send(socket, answer(request, http::status::method_not_allowed));
    }
    std::string target(request.target());
    asio::random_access_file file(socket.get_executor());
    boost::system::error_code error = net::error::access_denied;
    if (is_inside(target)) {
        file.open(folder + target, asio::file_base::read_only, error);
    }
    if (error) {
        co_return co_await send(socket, answer(request, http::status::not_found));
    }
    co_await serve_file(socket, request, file);
}

// Until the client goes, or something fails that no answer can repair.
net::awaitable<void> converse(tcp::socket socket, const std::string& folder) {
    boost::beast::flat_buffer buffer;
    for (bool more = true; more;) {
        Request request;
        co_await http::async_read(socket, buffer, request, net::use_awaitable);
        co_await serve(socket, request, folder);
        more = request.keep_alive();
    }
}

void note(std::exception_ptr) {}  // a connection that has ended is nobody else's business

net::awaitable<void> listen(tcp::acceptor& acceptor, const std::string& folder) {
    for (;;) {
        tcp::socket socket = co_await acceptor.async_accept(net::use_awaitable);
        net::co_spawn(acceptor.get_executor(), converse(std::move(socket), folder), note);
    }
}

int run(const std::string& folder, unsigned short port) {
    net::io_context context(1);
    tcp::acceptor acceptor(context, {net::ip::address_v4::loopback(), port});
    net::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&context](auto...) { context.stop(); });
    net::co_spawn(context, listen(acceptor, folder), net::detached);
    std::cout << "http://127.0.0.1:" << acceptor.local_endpoint().port() << '/' << std::endl;
    context.run();
    return 0;
}

}  // namespace
}  // namespace uaio::examples

int main(int argc, char** argv) try {
    if (argc < 2 || argc > 3) {
        std::cerr << "usage: file_server FOLDER [PORT]\n";
        return 2;
    }
    return uaio::examples::run(argv[1],
                               static_cast<unsigned short>(argc > 2 ? std::stoi(argv[2]) : 0));
} catch (const std::exception& failure) {
    std::cerr << "file_server: " << failure.what() << '\n';
    return 1;
}

// Goal: transfers bring what they should, by whatever token, and never call a handler before the
// initiating function returns.
#include <array>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/deferred.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/asio/fixture.h"

namespace uaio::test {
namespace {

struct TransferFixture : Fixture {
    std::string path = folder.make("file", "0123456789");
    char data[16] = "";
    Heard heard;

    std::string read_by(std::size_t bytes) { return std::string(data, bytes); }
};

BOOST_FIXTURE_TEST_SUITE(transfer, TransferFixture)

BOOST_AUTO_TEST_CASE(reads_at_an_offset) {
    RandomFile file(context, path, file_base::read_only);
    file.async_read_some_at(4, net::buffer(data, 3), heard.hear());
    BOOST_TEST(heard.calls == 0);
    BOOST_TEST(run() > 0u);
    BOOST_TEST(heard.calls == 1);
    BOOST_TEST(!heard.error);
    BOOST_TEST(read_by(heard.bytes) == "456");
}

BOOST_AUTO_TEST_CASE(writes_at_an_offset) {
    RandomFile file(context, path, file_base::write_only);
    file.async_write_some_at(8, net::buffer("abc", 3), heard.hear());
    BOOST_TEST(heard.calls == 0);
    run();
    BOOST_TEST(heard.bytes == 3u);
    BOOST_TEST(folder.contents("file") == "01234567abc");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_file_is_eof) {
    RandomFile file(context, path, file_base::read_only);
    file.async_read_some_at(10, net::buffer(data), heard.hear());
    run();
    BOOST_TEST(heard.error == net::error::eof);
    BOOST_TEST(heard.bytes == 0u);
    StreamFile stream(context, path, file_base::read_only);
    stream.seek(0, file_base::seek_end);
    stream.async_read_some(net::buffer(data), heard.hear());
    run();
    BOOST_TEST(heard.error == net::error::eof);
    error_code error;
    BOOST_TEST(file.read_some_at(10, net::buffer(data), error) == 0u);
    BOOST_TEST(error == net::error::eof);
    BOOST_CHECK_THROW(stream.read_some(net::buffer(data)), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(streams_go_on_where_they_stand) {
    StreamFile file(context, path, file_base::read_write);
    file.async_read_some(net::buffer(data, 3), heard.hear());
    run();
    BOOST_TEST(read_by(heard.bytes) == "012");
    file.async_write_some(net::buffer("ab", 2), heard.hear());
    run();
    file.async_read_some(net::buffer(data, 3), heard.hear());
    run();
    BOOST_TEST(read_by(heard.bytes) == "567");
    BOOST_TEST(folder.contents("file") == "012ab56789");
    BOOST_TEST(file.seek(0, file_base::seek_cur) == 8u);
}

BOOST_AUTO_TEST_CASE(reads_of_a_stream_keep_their_order) {
    StreamFile file(context, path, file_base::read_only);
    std::string order;
    for (int i = 0; i < 10; ++i) {
        file.async_read_some(net::buffer(data + i, 1), [&order, i](error_code error, std::size_t) {
            order += error ? '?' : static_cast<char>('0' + i);
        });
    }
    run();
    BOOST_TEST(read_by(10) == "0123456789");
    BOOST_TEST(order == "0123456789");
}

BOOST_AUTO_TEST_CASE(appends_go_to_the_end) {
    RandomFile file(context, path, file_base::write_only | file_base::append);
    file.async_write_some_at(0, net::buffer("end", 3), heard.hear());
    run();
    BOOST_TEST(heard.bytes == 3u);
    BOOST_TEST(folder.contents("file") == "0123456789end");
}

BOOST_AUTO_TEST_CASE(buffers_are_filled_in_order) {
    RandomFile file(context, path, file_base::read_write);
    char empty[1];
    std::array<net::mutable_buffer, 4> into = {net::buffer(data, 2), net::buffer(empty, 0),
                                               net::buffer(data + 8, 3), net::buffer(data + 4, 1)};
    file.async_read_some_at(1, into, heard.hear());
    run();
    BOOST_TEST(heard.bytes == 6u);
    BOOST_TEST(std::string(data, 2) + std::string(data + 8, 3) + data[4] == "123456");
    std::vector<net::const_buffer> from = {net::buffer("ab", 2), net::buffer("c", 1)};
    file.async_write_some_at(0, from, heard.hear());
    from.clear();  // the sequence is copied
    run();
    BOOST_TEST(heard.bytes == 3u);
    BOOST_TEST(folder.contents("file") == "abc3456789");
    BOOST_TEST(file.read_some_at(0, into) == 6u);
    BOOST_TEST(file.write_some_at(0, net::buffer("zz", 2)) == 2u);
}

BOOST_AUTO_TEST_CASE(many_buffers_are_moved_in_the_end) {
    std::string large(5'000, 'x');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 26);
    std::vector<net::const_buffer> from;
    for (const char& byte : large) from.push_back(net::buffer(&byte, 1));
    RandomFile file(context, folder.path("large"), file_base::read_write | file_base::create);
    net::async_write_at(file, 0, from, heard.hear());
    run();
    BOOST_TEST(heard.bytes == large.size());
    BOOST_TEST(folder.contents("large") == large);
}

BOOST_AUTO_TEST_CASE(nothing_is_moved_without_input_or_output) {
    RandomFile closed(context);
    RandomFile wrong(context, path, file_base::write_only);
    for (RandomFile* file : {&closed, &wrong}) {
        Heard none;
        file->async_read_some_at(3, net::buffer(data, 0), none.hear());
        BOOST_TEST(none.calls == 0);
        run();
        BOOST_TEST(none.calls == 1);
        BOOST_TEST(!none.error);
        BOOST_TEST(none.bytes == 0u);
    }
    error_code error = net::error::eof;
    BOOST_TEST(wrong.read_some_at(0, net::buffer(data, 0), error) == 0u);
    BOOST_TEST(!error);
}

BOOST_AUTO_TEST_CASE(errors_come_to_the_handler) {
    RandomFile closed(context);
    closed.async_read_some_at(0, net::buffer(data), heard.hear());
    BOOST_TEST(heard.calls == 0);
    run();
    BOOST_TEST(heard.error == net::error::bad_descriptor);
    RandomFile file(context, path, file_base::write_only);
    file.async_read_some_at(0, net::buffer(data), heard.hear());
    run();
    BOOST_TEST(heard.error == net::error::bad_descriptor);
    BOOST_TEST(heard.bytes == 0u);
    RandomFile far(context, path, file_base::read_only);
    far.async_read_some_at(~std::uint64_t(0) - 7, net::buffer(data), heard.hear());
    run();
    BOOST_TEST(heard.error == net::error::invalid_argument);
    BOOST_CHECK_THROW(file.read_some_at(0, net::buffer(data)), boost::system::system_error);
    BOOST_CHECK_THROW(far.write_some_at(0, net::buffer(data)), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(compositions_of_asio_work) {
    RandomFile file(context, path, file_base::read_write);
    net::async_read_at(file, 2, net::buffer(data, 4), heard.hear());
    run();
    BOOST_TEST(read_by(heard.bytes) == "2345");
    net::async_read_at(file, 8, net::buffer(data, 9), heard.hear());
    run();
    BOOST_TEST(heard.error == net::error::eof);
    BOOST_TEST(heard.bytes == 2u);
    net::async_write_at(file, 10, net::buffer("abc", 3), heard.hear());
    run();
    StreamFile stream(context, path, file_base::read_only);
    std::string line;
    net::async_read_until(stream, net::dynamic_buffer(line), 'b', heard.hear());
    run();
    BOOST_TEST(line.substr(0, heard.bytes) == "0123456789ab");
    BOOST_TEST(net::read_at(file, 0, net::buffer(data, 3)) == 3u);
    stream.seek(5, file_base::seek_set);
    BOOST_TEST(net::read(stream, net::buffer(data, 3)) == 3u);
    BOOST_TEST(read_by(3) == "567");
    StreamFile out(context, folder.path("out"), file_base::write_only | file_base::create);
    net::async_write(out, net::buffer("written", 7), heard.hear());
    run();
    BOOST_TEST(folder.contents("out") == "written");
}

BOOST_AUTO_TEST_CASE(tokens_are_all_the_same) {
    RandomFile file(context, path, file_base::read_only);
    std::future<std::size_t> future =
        file.async_read_some_at(0, net::buffer(data, 4), net::use_future);
    std::future<std::size_t> failing =
        file.async_read_some_at(99, net::buffer(data + 8, 4), net::use_future);
    run();
    BOOST_TEST(future.get() == 4u);
    BOOST_CHECK_THROW(failing.get(), boost::system::system_error);
    auto later = file.async_read_some_at(6, net::buffer(data, 2), net::deferred);
    BOOST_TEST(run() == 0u);
    std::move(later)(heard.hear());
    run();
    BOOST_TEST(read_by(heard.bytes) == "67");
    std::size_t awaited = 0;
    error_code end;
    net::co_spawn(
        context,
        [&]() -> net::awaitable<void> {
            awaited = co_await file.async_read_some_at(1, net::buffer(data, 5), net::use_awaitable);
            co_await file.async_read_some_at(10, net::buffer(data, 5),
                                             net::redirect_error(net::use_awaitable, end));
        },
        net::detached);
    run();
    BOOST_TEST(awaited == 5u);
    BOOST_TEST(end == net::error::eof);
    file.async_read_some_at(0, net::buffer(data, 1), net::detached);
    run();
}

BOOST_AUTO_TEST_CASE(default_tokens_are_used) {
    using Awaiting = net::use_awaitable_t<>::executor_with_default<net::any_io_executor>;
    subject::basic_random_access_file<Awaiting> file(context, path, file_base::read_only);
    std::size_t bytes = 0;
    net::co_spawn(
        context,
        [&]() -> net::awaitable<void> {
            bytes = co_await file.async_read_some_at(2, net::buffer(data, 6));
        },
        net::detached);
    run();
    BOOST_TEST(read_by(bytes) == "234567");
}

BOOST_AUTO_TEST_CASE(handlers_that_cannot_be_copied_work) {
    RandomFile file(context, path, file_base::read_only);
    int got = 0;
    int more = 0;
    file.async_read_some_at(
        0, net::buffer(data),
        [owned = std::make_unique<int>(7), &got](error_code, std::size_t) { got = *owned; });
    file.async_read_some_at(
        0, net::buffer(data, 0),
        [owned = std::make_unique<int>(1), &more](error_code, std::size_t) { more = *owned; });
    run();
    BOOST_TEST(got == 7);
    BOOST_TEST(more == 1);
}

BOOST_AUTO_TEST_CASE(many_operations_at_a_time_end_once_each) {
    constexpr std::size_t kReads = 2'000;
    std::string large(kReads * 4, ' ');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
    RandomFile file(context, folder.make("large", large), file_base::read_only);
    std::string got(large.size(), ' ');
    std::vector<int> calls(kReads);
    for (std::size_t i = 0; i < kReads; ++i) {
        file.async_read_some_at(4 * i, net::buffer(&got[4 * i], 4),
                                [&calls, i](error_code, std::size_t) { ++calls[i]; });
    }
    run();
    BOOST_TEST(got == large);
    BOOST_TEST(calls == std::vector<int>(kReads, 1), boost::test_tools::per_element());
}

#ifndef UAIO_TEST_PEER
BOOST_AUTO_TEST_CASE(syncs_are_asynchronous_too) {
    RandomFile file(context, path, file_base::read_write);
    std::vector<error_code> ends;
    auto hear = [&ends](error_code error) { ends.push_back(error); };
    file.async_write_some_at(0, net::buffer("abc", 3), heard.hear());
    file.async_sync_data(hear);
    file.async_sync_all(hear);
    BOOST_TEST(ends.empty());
    run();
    BOOST_TEST(ends.size() == 2u);
    BOOST_TEST((ends == std::vector<error_code>(2)));
    file.close();
    file.async_sync_data(hear);
    run();
    BOOST_TEST(ends.back() == net::error::bad_descriptor);
}

BOOST_AUTO_TEST_CASE(priorities_belong_to_files_and_operations) {
    RandomFile file(context, path, file_base::read_only);
    BOOST_TEST(file.priority() == 0);
    file.priority(UAIO_PRIORITY_MAX + 1);
    file.async_read_some_at(0, net::buffer(data), heard.hear());
    run();
    BOOST_TEST(heard.error == net::error::invalid_argument);
    // An operation's own comes first, also through a composition.
    net::async_read_at(file, 0, net::buffer(data, 4),
                       uaio::asio::bind_priority(UAIO_PRIORITY_MIN, heard.hear()));
    run();
    BOOST_TEST(!heard.error);
    BOOST_TEST(heard.bytes == 4u);
    file.priority(3);
    RandomFile moved(std::move(file));
    BOOST_TEST(moved.priority() == 3);
    auto future = moved.async_read_some_at(
        0, net::buffer(data), uaio::asio::bind_priority(UAIO_PRIORITY_MAX + 1, net::use_future));
    run();
    BOOST_CHECK_THROW(future.get(), boost::system::system_error);
}
#endif

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace uaio::test

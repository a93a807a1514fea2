#include "tools/uaio/live_text.h"

#include <stdio.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "aio/counters.h"
#include "threadpool/base/clock.h"
#include "tools/uaio/copy_progress.h"
#include "tools/uaio/trace_file.h"

namespace uaio::tools {
namespace {

constexpr int kNameColumns = 20;
constexpr int kNumberColumns = 15;

// By what they wait for.
struct Depths {
    size_t queued = 0;
    size_t in_order = 0;  // their lane, their file
    size_t streams = 0;
    size_t performing = 0;
};

Depths depths_of(const LiveRequests& requests) {
    Depths depths;
    for (const LiveRequest& request : requests.list) {
        switch (request.state) {
            case State::kFilled:
            case State::kPosted:
            case State::kReady:
                ++depths.queued;
                break;
            case State::kBarred:
            case State::kBlocked:
            case State::kHeld:
                ++depths.in_order;
                break;
            case State::kParked:
                ++depths.streams;
                break;
            default:
                ++depths.performing;
        }
    }
    return depths;
}

uint64_t value(const Live& live, Counter counter) {
    return live.counters.values[static_cast<size_t>(counter)];
}

double seconds_between(const Live& before, const Live& now) {
    return static_cast<double>(now.time_ns - before.time_ns) / kNsPerSecond;
}

// For each second. A counter that has gone back is that of another program, or a hostile one's.
double rate(const Live& before, const Live& now, size_t counter) {
    uint64_t then = before.counters.values[counter];
    uint64_t counted = now.counters.values[counter];
    double seconds = seconds_between(before, now);
    bool known = counted > then && seconds > 0;
    return known ? static_cast<double>(counted - then) / seconds : 0;
}

double rate(const Live& before, const Live& now, Counter counter) {
    return rate(before, now, static_cast<size_t>(counter));
}

template <class... Parts>
std::string joined(const Parts&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    return out.str();
}

std::string requests_line(const Live& now) {
    if (!now.requests) return joined("requests  not readable: ", now.unreadable);
    Depths depths = depths_of(*now.requests);
    return joined("requests  ", depths.queued, " queued, ", depths.performing, " performing, ",
                  depths.in_order, " held by others, ", depths.streams, " held by streams",
                  now.requests->partial ? " (of some)" : "");
}

uint64_t workers_in(const Live& now) {
    uint64_t started = value(now, Counter::kWorkersStarted);
    uint64_t left = value(now, Counter::kWorkersLeft);
    return started > left ? started - left : 0;
}

std::string workers_line(const Live& now) {
    std::string most = joined(" (most ", now.counters.workers_max, ")");
    if (!now.requests) return joined("workers   ", workers_in(now), most);
    return joined("workers   ", now.requests->busy, " busy, ",
                  now.requests->workers - now.requests->busy, " idle", most);
}

std::string express_line(const Live* before, const Live& now) {
    if (before == nullptr) return "express   -";
    double hits = rate(*before, now, Counter::kExpressHits);
    double misses = rate(*before, now, Counter::kExpressMisses);
    char text[96];
    snprintf(text, sizeof text, "express   %.0f hits/s, %.0f misses/s", hits, misses);
    return text;
}

std::string bytes_line(const Live* before, const Live& now) {
    if (before == nullptr) return "bytes     -";
    return joined("bytes     ", format_size(rate(*before, now, Counter::kBytesRead)), "/s read, ",
                  format_size(rate(*before, now, Counter::kBytesWritten)), "/s written");
}

std::string oldest_line(const Live& now) {
    if (!now.requests || now.requests->list.empty()) return "oldest    -";
    const LiveRequest& oldest = now.requests->list.front();
    return joined("oldest    ", age_of(oldest), ": ", describe(oldest), ", waits for ",
                  wait_of(oldest));
}

void add_counters(std::vector<std::string>& lines, const Live* before, const Live& now) {
    lines.push_back(joined(std::setw(kNameColumns), "", std::setw(kNumberColumns), "per second",
                           std::setw(kNumberColumns), "total"));
    for (size_t i = 0; i < kCounters; ++i) {
        uint64_t total = now.counters.values[i];
        if (total == 0) continue;
        std::string each = before != nullptr ? joined(std::llround(rate(*before, now, i))) : "-";
        lines.push_back(joined(std::left, std::setw(kNameColumns), kCounterNames[i], std::right,
                               std::setw(kNumberColumns), each, std::setw(kNumberColumns), total));
    }
}

size_t outstanding_now(const Live& now) {
    return now.requests ? now.requests->list.size() : outstanding_in(now.counters);
}

// "wake-ups" is awkward as the name of a member.
std::string key_of(size_t counter) {
    std::string key = kCounterNames[counter];
    std::replace_if(
        key.begin(), key.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
    return key;
}

Report report_requests(const Live& now) {
    Report section{{"outstanding", outstanding_now(now)},
                   {"most_outstanding", now.counters.outstanding_max}};
    if (!now.requests) {
        section["readable"] = unsupported(now.unreadable);
        return section;
    }
    Depths depths = depths_of(*now.requests);
    section["readable"] = supported();
    section["partial"] = now.requests->partial;
    section["queued"] = depths.queued;
    section["performing"] = depths.performing;
    section["held_by_others"] = depths.in_order;
    section["held_by_streams"] = depths.streams;
    return section;
}

Report report_workers(const Live& now) {
    if (!now.requests) return {{"alive", workers_in(now)}, {"most", now.counters.workers_max}};
    return {{"alive", now.requests->workers},
            {"busy", now.requests->busy},
            {"idle", now.requests->workers - now.requests->busy},
            {"most", now.counters.workers_max}};
}

template <class T>
boost::json::value value_or_null(const std::optional<T>& value) {
    return value ? boost::json::value(*value) : boost::json::value();
}

Report report_oldest(const Live& now) {
    if (!now.requests || now.requests->list.empty()) return {};
    const LiveRequest& oldest = now.requests->list.front();
    return {{"number", oldest.number},
            {"descriptor", oldest.fd},
            {"kind", name_of(oldest.kind)},
            {"offset", value_or_null(oldest.offset)},
            {"bytes", oldest.bytes},
            {"priority", oldest.priority},
            {"state", name_of(oldest.state)},
            {"waits_for", wait_of(oldest)},
            {"age_ns", value_or_null(oldest.age_ns)}};
}

// As wide as its longest entry; numbers to the right, words to the left.
struct Column {
    bool right;
    std::vector<std::string> cells;  // the title first
};

std::vector<std::string> lines_of(const std::vector<Column>& columns) {
    std::vector<std::string> lines(columns[0].cells.size());
    for (const Column& column : columns) {
        size_t width = 0;
        for (const std::string& cell : column.cells) width = std::max(width, cell.size());
        bool last = &column == &columns.back();
        for (size_t row = 0; row < lines.size(); ++row) {
            std::string space(width - column.cells[row].size(), ' ');
            if (!lines[row].empty()) lines[row] += "  ";
            lines[row] +=
                column.right ? space + column.cells[row] : column.cells[row] + (last ? "" : space);
        }
    }
    return lines;
}

}  // namespace

std::vector<std::string> top_lines(const std::string& title, const Live* before, const Live& now) {
    std::vector<std::string> lines = {
        joined(title, ": ", outstanding_now(now), " outstanding (most ",
               now.counters.outstanding_max, ")"),
        requests_line(now),
        workers_line(now),
        express_line(before, now),
        bytes_line(before, now),
        oldest_line(now),
        "",
    };
    add_counters(lines, before, now);
    return lines;
}

Report top_report(const Process& process, const Live& before, const Live& now) {
    Report rates;
    Report totals;
    for (size_t i = 0; i < kCounters; ++i) {
        rates[key_of(i)] = rate(before, now, i);
        totals[key_of(i)] = now.counters.values[i];
    }
    return {{"process", Report{{"pid", process.pid()}, {"program", process.name()}}},
            {"interval", Report{{"seconds", seconds_between(before, now)}}},
            {"requests", report_requests(now)},
            {"workers", report_workers(now)},
            {"oldest", report_oldest(now)},
            {"per_second", rates},
            {"total", totals}};
}

std::vector<std::string> dump_lines(const std::string& title, const LiveRequests& requests) {
    std::vector<Column> columns = {
        {true, {"number"}}, {true, {"fd"}},     {false, {"kind"}},
        {true, {"offset"}}, {true, {"bytes"}},  {true, {"priority"}},
        {true, {"age"}},    {false, {"state"}}, {false, {"waits for"}},
    };
    for (const LiveRequest& request : requests.list) {
        std::string bytes = is_sync(request.kind) ? "-" : std::to_string(request.bytes);
        std::array<std::string, 9> cells = {
            std::to_string(request.number),
            std::to_string(request.fd),
            name_of(request.kind),
            request.offset ? std::to_string(*request.offset) : "-",
            bytes,
            std::to_string(request.priority),
            age_of(request),
            name_of(request.state),
            wait_of(request),
        };
        for (size_t i = 0; i < cells.size(); ++i) columns[i].cells.push_back(cells[i]);
    }
    std::string head = joined(title, ": ", requests.list.size(), " outstanding",
                              requests.partial ? " among the records looked at" : "");
    if (requests.list.empty()) return {head};
    std::vector<std::string> lines = lines_of(columns);
    lines.insert(lines.begin(), head);
    return lines;
}

}  // namespace uaio::tools

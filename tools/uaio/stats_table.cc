#include "tools/uaio/stats_table.h"

#include <algorithm>
#include <iomanip>
#include <span>
#include <sstream>

#include "aio/counters.h"

namespace uaio::tools {
namespace {

constexpr size_t kRows = kCounters + 2;  // and the two high-water marks
constexpr size_t kGap = 2;               // columns between columns

struct Column {
    std::string title;
    std::array<uint64_t, kRows> values{};
};

std::string row_name(size_t row) {
    if (row < kCounters) return kCounterNames[row];
    return row == kCounters ? "most outstanding" : "most workers";
}

Column column_of(const ProcessCounters& process) {
    Column column{process.name + " " + std::to_string(process.pid)};
    std::copy(process.values.begin(), process.values.end(), column.values.begin());
    column.values[kCounters] = process.outstanding_max;
    column.values[kCounters + 1] = process.workers_max;
    return column;
}

bool is_idle(const Column& column) {
    return std::all_of(column.values.begin(), column.values.end(), [](auto v) { return v == 0; });
}

Column total_of(const std::vector<Column>& columns) {
    Column total{"total"};
    for (const Column& column : columns) {
        for (size_t row = 0; row < kCounters; ++row) total.values[row] += column.values[row];
        for (size_t row = kCounters; row < kRows; ++row) {
            total.values[row] = std::max(total.values[row], column.values[row]);
        }
    }
    return total;
}

size_t width_of(const Column& column) {
    uint64_t largest = *std::max_element(column.values.begin(), column.values.end());
    return kGap + std::max(column.title.size(), std::to_string(largest).size());
}

size_t names_width() {
    size_t width = 0;
    for (size_t row = 0; row < kRows; ++row) width = std::max(width, row_name(row).size());
    return width;
}

bool is_empty_row(std::span<const Column> columns, size_t row) {
    return std::all_of(columns.begin(), columns.end(),
                       [row](const Column& column) { return column.values[row] == 0; });
}

void print_table(std::ostream& out, std::span<const Column> columns) {
    int names = static_cast<int>(names_width());
    out << std::setw(names) << "";
    for (const Column& column : columns) {
        out << std::right << std::setw(static_cast<int>(width_of(column))) << column.title;
    }
    out << '\n';
    for (size_t row = 0; row < kRows; ++row) {
        if (is_empty_row(columns, row)) continue;
        out << std::left << std::setw(names) << row_name(row);
        for (const Column& column : columns) {
            int width = static_cast<int>(width_of(column));
            out << std::right << std::setw(width) << column.values[row];
        }
        out << '\n';
    }
}

// How many of the first columns fit beside each other; at least one.
size_t columns_that_fit(std::span<const Column> columns, size_t columns_max) {
    size_t used = names_width() + width_of(columns[0]);
    size_t count = 1;
    while (count < columns.size() && used + width_of(columns[count]) <= columns_max) {
        used += width_of(columns[count++]);
    }
    return count;
}

std::string counted(size_t number, const char* one, const char* many) {
    return std::to_string(number) + ' ' + (number == 1 ? one : many);
}

void print_remarks(std::ostream& out, const Statistics& statistics, size_t idle) {
    if (idle > 0) {
        out << counted(idle, "more process", "more processes") << " did no asynchronous I/O\n";
    }
    auto running = std::count_if(statistics.processes.begin(), statistics.processes.end(),
                                 [](const ProcessCounters& process) { return process.running; });
    if (running > 0) {
        out << counted(running, "process is", "processes are") << " still running; its counters "
            << "are those of this moment\n";
    }
    if (statistics.unplaced > 0) {
        out << counted(statistics.unplaced, "process was", "processes were")
            << " not counted: there is room for " << kStatsRecordsMax << '\n';
    }
}

}  // namespace

std::string format_statistics(const Statistics& statistics, size_t columns_max) {
    std::vector<Column> columns;
    for (const ProcessCounters& process : statistics.processes) {
        Column column = column_of(process);
        if (!is_idle(column)) columns.push_back(column);
    }
    if (columns.empty()) return "uaio: the program did no asynchronous I/O\n";
    size_t idle = statistics.processes.size() - columns.size();
    if (columns.size() > 1) columns.insert(columns.begin(), total_of(columns));

    std::ostringstream out;
    std::span<const Column> rest = columns;
    while (!rest.empty()) {
        size_t count = columns_that_fit(rest, columns_max);
        print_table(out, rest.first(count));
        rest = rest.subspan(count);
        if (!rest.empty()) out << '\n';
    }
    print_remarks(out, statistics, idle);
    return out.str();
}

}  // namespace uaio::tools

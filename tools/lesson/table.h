// A walk as a table for a terminal of 80 columns: a line for each row, a column for each room.
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "tools/lesson/walk.h"

namespace uaio::lesson {

inline constexpr size_t kTableColumns = 80;

// `bold`: letters that move and remarks stand out, by the escape sequences of terminals. `pause` is
// called after each line but the head; false ends the table.
bool print_table(std::ostream& out, const Walk& walk, bool bold,
                 const std::function<bool()>& pause);

// Two walks of the same requests, beside each other: the order of the work, that of the ends, and
// how many were at work at one time.
void print_comparison(std::ostream& out, const Walk& ours, const Walk& strict);

}  // namespace uaio::lesson

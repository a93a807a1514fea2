// The walk of a lesson's requests through the rooms (docs/architecture.md), row by row: what the
// library has recorded and what the lesson's program has said of itself, without times. Pure.
#pragma once

#include <stddef.h>

#include <string>
#include <vector>

#include "tools/lesson/play.h"

namespace uaio::lesson {

// In the order of the walk. A request that waits for a stream stands in its lane.
enum class Room { kNowhere, kDoor, kDesk, kInbox, kLane, kReady, kWorker, kPublish, kDeliver };

inline constexpr size_t kRooms = static_cast<size_t>(Room::kDeliver) + 1;

const char* name_of(Room room);

inline constexpr size_t kNoOne = SIZE_MAX;

struct Row {
    std::string text;
    size_t mover;  // the request that this row is about; kNoOne: a remark, or about a list
    std::vector<Room> rooms;  // where each request is after it
    bool submission = false;  // the mover has come by door and desk
    bool express = false;     // the mover has come by the express lane
};

struct Walk {
    std::vector<char> names;          // of the requests, in order of submission
    std::vector<std::string> labels;  // likewise
    std::vector<Row> rows;
    std::string taken;        // names in the order in which they came to work
    std::string published;    // names in the order in which their status became visible
    size_t most_at_work = 0;  // at one time
};

Walk make_walk(const Recording& recording);

}  // namespace uaio::lesson

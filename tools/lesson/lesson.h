// A lesson: a small program for the stage, and what is to be seen.
#pragma once

#include <span>
#include <string>

#include "tools/lesson/stage.h"

namespace uaio::lesson {

struct Lesson {
    const char* name;
    const char* title;
    const char* story;  // what the program does, in lines for a terminal
    const char* seen;   // what was to be seen, and why
    int threads;        // workers at most
    bool express;       // whether the express lane is open
    void (*play)(Stage& stage);
};

// In the order in which they are best read.
std::span<const Lesson* const> lessons();

// Null where there is none of that name.
const Lesson* find_lesson(const std::string& name);

}  // namespace uaio::lesson

// The table of lessons: the one place to touch for a new one, besides its own file.
#include "tools/lesson/lesson.h"

namespace uaio::lesson {

extern const Lesson kOrderLesson;
extern const Lesson kPrioritiesLesson;
extern const Lesson kCancelLesson;
extern const Lesson kListLesson;
extern const Lesson kSyncLesson;
extern const Lesson kPipeLesson;
extern const Lesson kExpressLesson;
extern const Lesson kForkLesson;

std::span<const Lesson* const> lessons() {
    static constexpr const Lesson* kLessons[] = {
        &kOrderLesson, &kPrioritiesLesson, &kCancelLesson,  &kListLesson,
        &kSyncLesson,  &kPipeLesson,       &kExpressLesson, &kForkLesson,
    };
    return kLessons;
}

const Lesson* find_lesson(const std::string& name) {
    for (const Lesson* lesson : lessons()) {
        if (name == lesson->name) return lesson;
    }
    return nullptr;
}

}  // namespace uaio::lesson

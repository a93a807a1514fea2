// Whether this test was built with ThreadSanitizer, which delivers signals late and allows no
// thread to be started after a fork: the cases that need either say so and are left out.
#pragma once

#include <boost/test/unit_test.hpp>

namespace uaio::test {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif
#else
inline constexpr bool kThreadSanitizer = false;
#endif

// For boost::unit_test::precondition.
class WithoutThreadSanitizer {
  public:
    explicit WithoutThreadSanitizer(const char* reason) : reason_(reason) {}

    boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const {
        boost::test_tools::assertion_result runs(!kThreadSanitizer);
        runs.message() << reason_;
        return runs;
    }

  private:
    const char* reason_;
};

}  // namespace uaio::test

// What the thread sanitizer has to know about a test that forks. Linked by tests whose children go
// on to use the engine; without the sanitizer nobody calls these.

// A child starts threads although its parent has some.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_options() {
    return "die_after_fork=0";
}

// In the child the engine starts anew. The parent's threads are not there, so nobody else touches
// the engine, but the sanitizer still knows what they did before the fork.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions() {
    return "race:uaio::Engine::reset\n"
           "race:uaio::Engine::start_once\n"
           "race:OwnInstance::forked\n"
           // Closes what others use, on purpose (tests/storm/stream_kinds_test.cc).
           "race:close_all_but_pipes\n";
}

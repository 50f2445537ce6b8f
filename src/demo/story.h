// The story from the first scene to the closing table.
#pragma once

#include "demo/stage.h"

namespace settled::demo {

// Plays every scene; a scene that fails does not stop the next, unless there is no server at all.
Task<> tell_story(Stage& stage);

} // namespace settled::demo

//! What could stand at the caret.

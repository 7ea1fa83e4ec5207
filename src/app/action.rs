//! Everything that can happen to the state, and everything it can ask of the outside.

use std::sync::Arc;

use crate::app::chord::Chord;
use crate::app::export::{Export, Outcome};
use crate::app::places::Shelf;
use crate::engine::protocol::{Reply, Request};
use crate::pivot::identity::Identities;
use crate::view::layout::Size;

/// Something happened.
#[derive(Debug, Clone)]
pub enum Action {
    /// A key was pressed.
    Press(Chord),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The terminal has this size now.
    Resize(Size),
    /// The engine has something to say.
    Reply(Reply),
    /// A filter was given before anything was typed.
    Filter(String),
    /// What was kept from earlier runs.
    Shelf(Shelf),
    /// What came of writing a view to a file.
    Exported(Outcome),
    /// What came of editing the filter in an editor: its text, or why there is none.
    Edited(Result<String, String>),
    /// Go to the view of a link.
    Open(String),
    /// Take up the walk where these paths were left.
    Resume,
    /// Something outside went wrong, or worked: say so.
    Say(String),
    /// The program goes on after it was suspended.
    Resumed,
}

/// What the mouse did, in cells from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
    /// Whether `ctrl` or `alt` was held: exclude instead of include.
    pub exclude: bool,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// A press of the left button.
    Click,
    /// A second press at the same place soon after.
    DoubleClick,
    /// A move with the left button held.
    Drag,
    /// The left button was let go.
    Release,
    /// A turn of the wheel away.
    WheelUp,
    /// A turn of the wheel towards.
    WheelDown,
}

/// Something the state wants done outside.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Ask the engine; a newer request of the same kind replaces one that still waits.
    Send(Request),
    /// Put text on the clipboard.
    Copy(Arc<str>),
    /// Hand the terminal back to the shell until it continues the program.
    Suspend,
    /// Hand the terminal to the person's editor, with a text to change.
    EditText(String),
    /// Keep a view for later runs: its name and its link.
    SaveView(String, String),
    /// Write a view to a file.
    Export(Box<Export>),
    /// Keep what was said of identities for later runs.
    KeepIdentities(Identities),
    /// Paint the whole screen anew.
    Redraw,
    /// End the program.
    Quit,
    /// End the program: nothing at all could be read; the ledger says why.
    GiveUp,
}

/// What a key means. Each has a row in the key table and a name in the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the key table says what each does, once")]
pub enum Command {
    Down,
    Up,
    First,
    Last,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    Left,
    Right,
    NextPane,
    PreviousPane,
    Open,
    Escape,
    Close,
    EditFilter,
    Find,
    FindNext,
    FindPrevious,
    AddTerm,
    Repeat,
    Toggles,
    FocusChips,
    SavedViews,
    SaveView,
    Export,
    MarkValue,
    FacetSort,
    FacetFields,
    FacetUp,
    FacetDown,
    FacetSearch,
    Walk,
    Range,
    ZoomIn,
    ZoomOut,
    TimeRange,
    TimeDisplay,
    PinRow,
    NextSame,
    PreviousSame,
    NextInSession,
    PreviousInSession,
    NextGap,
    PreviousGap,
    DropTerm,
    Include,
    Exclude,
    Only,
    Principal,
    Resources,
    Context,
    Back,
    Forward,
    NextError,
    PreviousError,
    NextWrite,
    PreviousWrite,
    ToggleHistogram,
    ToggleFacets,
    ToggleDetail,
    CycleLayout,
    DetailDown,
    DetailUp,
    NextTab,
    Copy,
    Problems,
    Palette,
    Help,
    Stop,
    Suspend,
    Redraw,
    Screen1,
    Screen2,
    Screen3,
    Screen4,
    Screen5,
    Screen6,
    Screen7,
    Session,
    Lock,
    Inferred,
    /// Time in most of the room, or not.
    Gantt,
    /// To the next session of unknown origin.
    NextUnlinked,
    /// Mark a person, or make another one with it.
    Merge,
    /// Part a caller from the person its links lead to.
    Part,
    /// Take back what was said of identities last.
    UndoIdentity,
    Shrink,
    Grow,
    /// What everyone did around an event, or only its principal.
    Everyone,
    FoldAll,
    UnfoldAll,
    FoldLevel,
    UnfoldLevel,
    ToParent,
    ToSibling,
    Diff,
    Complete,
    SearchBack,
    EditOutside,
    Sort,
    SortList,
    Columns,
    ColumnLeft,
    ColumnRight,
    Narrower,
    Wider,
    FirstColumn,
    LastColumn,
    FoldBurst,
    FoldBursts,
    Mend,
    CoverageMap,
    Reveal,
    Apply,
    Quit,
}

impl Command {
    /// Its name in the config file: `next-error`, `screen-1`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            if !name.is_empty() && !c.is_lowercase() {
                name.push('-');
            }
            name.extend(c.to_lowercase());
        }
        name
    }
}

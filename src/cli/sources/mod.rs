//! `postrider sources`: what sources give.

mod show;

use super::{
    Exit, Terminal,
    arguments::{Arguments, Sources},
};

pub(super) fn run(
    command: &Sources,
    arguments: &Arguments,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    match command {
        Sources::Show(what) => show::run(what, arguments, terminal),
    }
}

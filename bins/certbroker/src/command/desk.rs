//! Where a command works: the opened installation, and how the answer is wanted.

use engine::{Actor, Engine};

use crate::{
    cli::Global,
    config::Settings,
    demo,
    exit::Refused,
    installation::{Installation, World},
    logs::ProgramLogs,
    output::Format,
    simulator_clock::SimulatorClock,
};

/// An opened installation and the form of the answer.
pub(super) struct Desk {
    pub(super) installation: Installation,
    pub(super) settings: Settings,
    pub(super) format: Format,
}

impl Desk {
    /// Opens the data folder; a server may run on it.
    ///
    /// # Errors
    /// The configuration or the data folder cannot be used.
    pub(super) async fn open(global: &Global) -> anyhow::Result<Self> {
        let settings = Settings::read(global.data.clone(), global.config.clone())?;
        let logs = ProgramLogs::of_a_command_in(&settings)?;
        let world = world(&settings)?;
        Ok(Self {
            installation: Installation::open(&settings, world, logs).await?,
            settings,
            format: Format::of(global),
        })
    }

    /// The use cases.
    pub(super) const fn engine(&self) -> &Engine {
        &self.installation.engine
    }

    /// Whoever may run the program on this machine.
    pub(super) const fn owner(&self) -> &Actor {
        &self.installation.owner
    }

    /// Closes the database.
    pub(super) async fn close(self) {
        self.installation.store.close().await;
    }
}

/// The world around a data folder: a demo's own, or the real one. Decided here and nowhere else, so that a demo's modules are
/// never taken for real ones.
///
/// # Errors
/// What the demo remembers cannot be read; a simulator is configured and this is no demo.
pub(super) fn world(settings: &Settings) -> anyhow::Result<World> {
    let management = settings.config.simulator.management.as_ref();
    let Some(mut world) = demo::world_of(&settings.data)? else {
        return match management {
            None => Ok(World::real(settings)),
            Some(_) => Err(Refused(format!(
                "simulator.management is set, and {} is no data folder of a demo",
                settings.data.display()
            ))
            .into()),
        };
    };
    if let Some(management) = management {
        world.companion = Some(SimulatorClock::at(management)?);
    }
    Ok(world)
}

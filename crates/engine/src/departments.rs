//! Departments: groups of staff that tasks go to.

use domain::{
    contact::{FieldProblem, is_mail_address},
    hours::BusinessHours,
    id::{DepartmentId, UserId},
};
use i18n::Locale;
use serde_json::json;
use store::{Conn, Tx, department::Department};

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Result},
};

/// Departments.
pub struct Departments<'a>(&'a Engine);

impl Engine {
    /// Departments.
    #[must_use]
    pub fn departments(&self) -> Departments<'_> {
        Departments(self)
    }
}

/// A department with its members.
#[derive(Debug, Clone)]
pub struct DepartmentView {
    /// The department.
    pub department: Department,
    /// Who is in it.
    pub members: Vec<UserId>,
}

/// What a department is made or changed with.
#[derive(Debug, Clone, Default)]
pub struct DepartmentInput {
    /// What it is called.
    pub name: String,
    /// Where its mails go; empty: to each member.
    pub email: String,
    /// Language of the tasks that are made for it, and of its mails.
    pub language: Locale,
    /// When it works; due dates of its tasks count these hours.
    pub hours: BusinessHours,
    /// Who is in it; staff only.
    pub members: Vec<UserId>,
    /// Whether it takes no more tasks.
    pub is_archived: bool,
}

impl Departments<'_> {
    /// Every department, by name.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<DepartmentView>> {
        authority::require(actor, Permission::WorkTasks)?;
        let reader = self.0.store().reader();
        let mut views = Vec::new();
        for department in store::department::list(reader, actor.seller).await? {
            let members = store::department::members(reader, department.id).await?;
            views.push(DepartmentView { department, members });
        }
        Ok(views)
    }

    /// One department.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: DepartmentId) -> Result<DepartmentView> {
        authority::require(actor, Permission::WorkTasks)?;
        let reader = self.0.store().reader();
        let department = visible(reader, actor, id).await?;
        let members = store::department::members(reader, id).await?;
        Ok(DepartmentView { department, members })
    }

    /// Makes a department.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn create(&self, actor: &Actor, input: DepartmentInput) -> Result<Department> {
        authority::require(actor, Permission::ManageSystem)?;
        let tx = self.0.store().begin().await?;
        check(&tx, actor, &input).await?;
        let department = Department {
            id: self.0.new_id(),
            seller_id: actor.seller,
            name: input.name.trim().to_owned(),
            email: input.email.trim().to_owned(),
            language: input.language.code().to_owned(),
            hours: input.hours,
            is_archived: input.is_archived,
            created_at: self.0.now(),
            version: 1,
        };
        store::department::insert(&tx, &department)
            .await
            .map_err(name_taken)?;
        store::department::set_members(&tx, department.id, &input.members).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "department.create",
            &department.id,
            json!({ "name": department.name }),
        );
        tx.commit().await?;
        Ok(department)
    }

    /// Changes a department and its members.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Invalid`], [`Error::Conflict`].
    pub async fn edit(
        &self,
        actor: &Actor,
        id: DepartmentId,
        version: i64,
        input: DepartmentInput,
    ) -> Result<Department> {
        authority::require(actor, Permission::ManageSystem)?;
        let tx = self.0.store().begin().await?;
        let mut department = visible(&tx, actor, id).await?;
        check(&tx, actor, &input).await?;
        department.name = input.name.trim().to_owned();
        department.email = input.email.trim().to_owned();
        input.language.code().clone_into(&mut department.language);
        department.hours = input.hours;
        department.is_archived = input.is_archived;
        department.version = version;
        store::department::update(&tx, &mut department)
            .await
            .map_err(name_taken)?;
        store::department::set_members(&tx, id, &input.members).await?;
        let detail = json!({
            "name": department.name, "members": input.members, "archived": input.is_archived,
            "language": department.language, "hours": department.hours.to_string(),
        });
        audit::append(&tx, self.0, actor, "department.edit", &id, detail);
        tx.commit().await?;
        Ok(department)
    }
}

/// The department, if it is there for the actor.
pub(crate) async fn visible(conn: &dyn Conn, actor: &Actor, id: DepartmentId) -> Result<Department> {
    let department = store::department::find(conn, id).await?.ok_or(Error::NotFound)?;
    authority::see(actor, department.seller_id, None)?;
    Ok(department)
}

/// Where a task goes that names no department: the oldest that takes tasks; without any, one is made.
pub(crate) async fn default_department(engine: &Engine, tx: &Tx, actor: &Actor) -> Result<Department> {
    let found = store::department::list(tx, actor.seller).await?;
    let oldest = found
        .into_iter()
        .filter(|department| !department.is_archived)
        .min_by_key(|department| department.id);
    if let Some(department) = oldest {
        return Ok(department);
    }
    let id: DepartmentId = engine.new_id();
    let department = Department {
        id,
        seller_id: actor.seller,
        // A name that no archived department can have taken.
        name: format!("Support {}", engine.now().strftime("%Y-%m-%d %H:%M:%S")),
        email: String::new(),
        language: Locale::default().code().to_owned(),
        hours: BusinessHours::ALWAYS,
        is_archived: false,
        created_at: engine.now(),
        version: 1,
    };
    store::department::insert(tx, &department).await?;
    Ok(department)
}

async fn check(tx: &Tx, actor: &Actor, input: &DepartmentInput) -> Result<()> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, code| {
        problems.push(FieldProblem {
            field: field.to_owned(),
            code,
        });
    };
    let name = input.name.trim();
    if name.is_empty() {
        problem("name", "required");
    }
    if name.chars().count() > 80 {
        problem("name", "too-long");
    }
    if !input.email.trim().is_empty() && !is_mail_address(input.email.trim()) {
        problem("email", "email");
    }
    let users = store::user::find_many(tx, &input.members).await?;
    let are_staff = users
        .iter()
        .all(|user| user.seller_id == actor.seller && user.staff_role.is_some());
    if users.len() != input.members.len() || !are_staff {
        problem("members", "staff-only");
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

fn name_taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate {
            table: "department", ..
        } => Error::field("name", "taken"),
        other => other.into(),
    }
}

"""Revision numbers kept by the database, so that no writer can forget them (ETag, lost updates)."""

import pgtrigger

BUMP = pgtrigger.Trigger(
    name="bump_revision",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    func="NEW.revision = OLD.revision + 1; NEW.updated_at = now(); RETURN NEW;",
)

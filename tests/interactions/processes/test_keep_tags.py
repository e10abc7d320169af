"""The list of tags: retired, merged and taken apart again, by who answers for it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.errors import RuleBroken
from interactions.models import Tag
from interactions.processes.keep_tags import bring_back_tag, merge_tags, retire_tag
from interactions.tags import TAGS, load_tags
from tests.customers.factories import an_agent
from tests.interactions.factories import a_worker

pytestmark = pytest.mark.django_db


def named(name: str) -> Tag:
    return Tag.objects.create(name=name, coined_by="x")


@pytest.mark.req("R-TMI-1")
def test_merging_into_what_is_merged_later_still_ends_at_one_tag() -> None:
    keeper = an_agent("interactions.change_tag")
    media, press, news = named("Media"), named("Press"), named("News")

    merge_tags(source_id=media.pk, target_id=press.pk, actor=keeper)
    merge_tags(source_id=press.pk, target_id=news.pk, actor=keeper)

    assert Tag.objects.meant_by("media") == Tag.objects.meant_by("press") == news
    assert list(Tag.objects.in_use()) == [news]


def test_what_was_merged_or_retired_comes_back() -> None:
    keeper = an_agent("interactions.change_tag")
    media, press = named("Media"), named("Press")
    merge_tags(source_id=media.pk, target_id=press.pk, actor=keeper)
    retire_tag(tag_id=press.pk, actor=keeper)

    bring_back_tag(tag_id=press.pk, actor=keeper)
    bring_back_tag(tag_id=media.pk, actor=keeper)

    assert Tag.objects.in_use().count() == 2
    assert Tag.objects.meant_by("media") == media


def test_a_tag_goes_into_another_one_that_is_in_use() -> None:
    keeper = an_agent("interactions.change_tag")
    media, old = named("Media"), named("Old")
    retire_tag(tag_id=old.pk, actor=keeper)

    for target in (media.pk, old.pk, 0):
        with pytest.raises(RuleBroken) as refused:
            merge_tags(source_id=media.pk, target_id=target, actor=keeper)
        assert refused.value.code == "tag-no-target"


def test_the_list_is_kept_by_who_may() -> None:
    one, worker = named("Media"), a_worker("interactions.coin_tag")

    for step in (retire_tag, bring_back_tag):
        with pytest.raises(PermissionDenied):
            step(tag_id=one.pk, actor=worker)
    with pytest.raises(PermissionDenied):
        merge_tags(source_id=one.pk, target_id=one.pk, actor=worker)


def test_the_database_keeps_a_merged_tag_out_of_use() -> None:
    one, other = named("Media"), named("Press")

    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.filter(pk=one.pk).update(merged_into=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.filter(pk=one.pk).update(merged_into=one, retired_at=timezone.now())


def test_an_installation_begins_with_a_few_and_loses_none_of_its_own() -> None:
    load_tags()
    assert {one.name for one in Tag.objects.all()} == set(TAGS)
    Tag.objects.filter(name=TAGS[0]).update(name="Our word")

    assert load_tags() == "0 tags added"

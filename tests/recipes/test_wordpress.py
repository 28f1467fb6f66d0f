"""docs/recipes/wordpress.md against Debian's WordPress: the desk has what editors do there, also after it was away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import wait_for
from tests.recipes.conftest import RecipeDesk
from tests.recipes.wordpress import WordPress, look_for_wordpress

pytestmark = pytest.mark.timeout(300)

PUBLISH = """echo wp_insert_post(['post_title' => 'Cao su được mùa &amp; được giá', 'post_status' => 'publish',
  'post_author' => 1, 'post_content' => '<!-- wp:paragraph --><p>Mủ tốt hơn, giá cao hơn.</p><!-- /wp:paragraph -->',
  'post_name' => 'cao-su', 'tags_input' => ['cao su']], true);"""


@pytest.fixture
def site(recipe_desk: RecipeDesk, short_folder: Path) -> Iterator[WordPress]:
    look_for_wordpress()
    made = WordPress(short_folder, recipe_desk.url, recipe_desk.key)
    try:
        made.start()
        made.run("wp_delete_post(1, true);")  # the greeting of a new site
        yield made
    finally:
        made.stop()


def read(desk: RecipeDesk, address: str, headline: str) -> dict[str, Any]:
    """The article at an address, once it has that headline."""

    def told() -> Any:
        status, answer = desk.article(address)
        return answer["article"]["headline"] if status == 200 else None

    wait_for(lambda: told() == headline, f"{headline!r} is not at {address}")
    return desk.article(address)[1]


def test_what_is_published_changed_and_trashed_there_is_an_article_a_revision_and_a_tombstone_here(
    recipe_desk: RecipeDesk, site: WordPress
) -> None:
    post, page = int(site.run(PUBLISH)), f"{site.home}/cao-su/"
    article = read(recipe_desk, page, "Cao su được mùa & được giá")
    assert article["article"]["uri"] == page
    assert site.pending() == 0

    site.run(f"wp_update_post(['ID' => {post}, 'post_title' => 'Cao su được giá', 'post_name' => 'cao-su-duoc-gia']);")
    corrected = read(recipe_desk, page, "Cao su được giá")
    assert corrected["id"] == article["id"]
    assert len(corrected["revisions"]) == 2
    assert recipe_desk.article(f"{site.home}/cao-su-duoc-gia/")[1]["id"] == article["id"], "its new address is its own"

    site.run(f"wp_trash_post({post});")
    wait_for(lambda: recipe_desk.article(page)[0] == 410, "it was not withdrawn")
    site.run(f"wp_untrash_post({post}); wp_publish_post({post});")
    assert read(recipe_desk, page, "Cao su được giá")["id"] == article["id"]
    site.run(f"wp_delete_post({post}, true);")
    wait_for(lambda: recipe_desk.article(page)[0] == 410, "it was not withdrawn")
    assert site.pending() == 0
    assert recipe_desk.folder.ask("balance")["difference"] == 0


def test_nothing_is_lost_while_the_desk_is_away(recipe_desk: RecipeDesk, site: WordPress) -> None:
    kept = int(site.run(PUBLISH))
    recipe_desk.stop()
    site.run(f"wp_update_post(['ID' => {kept}, 'post_title' => 'Chợ nổi']);")
    new = int(site.run(PUBLISH.replace("cao-su", "bao-lut").replace("Cao su", "Bão lụt")))
    gone = int(site.run(PUBLISH.replace("cao-su", "nham")))
    site.run(f"wp_trash_post({gone});")
    assert site.pending() == 3
    assert "was not taken, it is sent again" in site.log.read_text()
    recipe_desk.start()
    site.end_pauses()
    site.run("do_action('copydesk_send');")
    assert site.pending() == 0
    read(recipe_desk, f"{site.home}/cao-su/", "Chợ nổi")
    read(recipe_desk, f"{site.home}/bao-lut/", "Bão lụt được mùa & được giá")
    assert len(recipe_desk.articles()) == 2
    assert new > kept


def test_its_feed_and_its_pushes_tell_one_article(recipe_desk: RecipeDesk, site: WordPress) -> None:
    site.run(PUBLISH)
    article = read(recipe_desk, f"{site.home}/cao-su/", "Cao su được mùa & được giá")
    added = recipe_desk.folder.run("feeds", "add", f"{site.home}/feed/")
    assert added.returncode == 0, added.stderr
    wait_for(lambda: recipe_desk.folder.ask("balance")["accepted"] > 1, "the feed's entry did not come", seconds=90)
    wait_for(lambda: recipe_desk.folder.ask("balance")["inFlight"] == 0, "the feed's entry is not done")
    assert {one["article"] for one in recipe_desk.articles()} == {article["id"]}

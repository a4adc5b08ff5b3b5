from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from accounts.settings.deletion import delete_account
from social.models import Decision, Profile
from social.moderation import deciding as moderation
from social.people.relations import block, follow
from social.profiles import writing
from social.profiles.export import export_profile, restore_profile, undo_profile
from social.profiles.queries import visible_profile
from social.templatetags.avatars import avatar

pytestmark = [pytest.mark.django_db(transaction=True)]  # files are deleted after the commit


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def ben(make_member):
    return make_member("ben")


def picture(colour: str = "red", kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()


def upload(data: bytes, name: str = "me.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def stored(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def url_of(member: User, size: int = 256) -> str:
    member.refresh_from_db()
    return f"/avatars/{member.avatar}-{size}.webp"


class TestPicture:
    def test_an_upload_is_served_as_square_webp_that_any_cache_may_keep(self, client, ada, folder):
        client.force_login(ada)
        client.post("/settings/profile/picture/", {"picture": upload(picture())})
        client.logout()

        answer = client.get(url_of(ada))

        shown = Image.open(BytesIO(answer.content))
        assert (shown.format, shown.size) == ("WEBP", (256, 256))
        assert Image.open(BytesIO(client.get(url_of(ada, 96)).content)).size == (96, 96)
        assert {
            "Content-Type": "image/webp",
            "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        }.items() <= dict(answer.headers).items()
        assert "img-src 'self'" in client.get("/members/ada/").headers["Content-Security-Policy"]
        assert 'alt="Picture of ada"' in client.get("/members/ada/").content.decode()

    def test_the_files_of_a_replaced_picture_are_deleted(self, client, ada, folder):
        writing.change_picture(ada, picture("red"))
        old = url_of(ada)
        writing.change_picture(ada, picture("blue"))
        assert (len(stored(folder)), client.get(old).status_code, client.get(url_of(ada)).status_code) == (2, 404, 200)
        writing.change_picture(ada, picture("blue"))
        assert (len(stored(folder)), client.get(url_of(ada)).status_code) == (2, 200)

    def test_two_members_with_one_picture_have_files_of_their_own(self, client, ada, ben, folder):
        for member in (ada, ben):
            writing.change_picture(member, picture())
        assert len(stored(folder)) == 4
        writing.remove_picture(ada)
        assert (client.get(url_of(ben)).status_code, len(stored(folder))) == (200, 2)

    def test_the_files_go_with_the_account(self, ada, folder):
        writing.change_picture(ada, picture())
        delete_account(ada)
        assert (stored(folder), Profile.objects.count()) == ([], 0)

    @pytest.mark.parametrize(
        ("data", "error"),
        [
            (b"<svg/>", "This file isn’t a picture. Choose a JPEG, PNG or WebP file."),
            (picture("red", "GIF"), "This file isn’t a picture."),
            (picture(size=(400, 300), kind="JPEG")[:900], "This picture is damaged."),
            (b"\0" * (5 * 2**20 + 1), "up to 5 MB (this one has 5.0 MB)"),
            (b"", "The submitted file is empty."),
        ],
    )
    def test_errors_say_why_and_nothing_is_changed(self, client, ada, folder, data, error):
        client.force_login(ada)
        writing.change_picture(ada, picture())
        before = (url_of(ada), stored(folder))
        answer = client.post("/settings/profile/picture/", {"picture": upload(data)})
        assert (answer.status_code, error in answer.content.decode()) == (422, True)
        assert (url_of(ada), stored(folder)) == before

    @pytest.mark.parametrize("path", ["/avatars/-96.webp", f"/avatars/{'a' * 32}-96.webp", "/avatars/..%2f-96.webp"])
    def test_a_picture_that_nobody_shows_is_not_found(self, client, ada, path):
        assert client.get(path).status_code == 404

    def test_other_sizes_are_not_found(self, client, ada):
        writing.change_picture(ada, picture())
        assert client.get(url_of(ada, 97)).status_code == 404

    def test_the_picture_of_a_suspended_member_is_not_served(self, client, ada):
        writing.change_picture(ada, picture())
        User.objects.filter(pk=ada.pk).update(is_active=False)
        assert client.get(url_of(ada)).status_code == 404


class TestDrawnAvatar:
    def test_it_depends_on_the_name_alone_and_is_small(self, ada, ben):
        assert avatar(ada) == avatar(User(username="ada")) != avatar(ben)
        assert ("http" in avatar(ada), len(avatar(ada)) < 300) == (False, True)

    def test_names_are_escaped(self):
        assert "<script" not in avatar(User(username="<script>"))


class TestText:
    @pytest.mark.parametrize(
        ("visibility", "readers"), [("public", "ada ben follower"), ("followers", "ada follower"), ("private", "ada")]
    )
    def test_who_reads_it(self, client, ada, ben, make_member, visibility, readers):
        follow(make_member("follower"), ada)
        writing.change_bio(ada, "I like *calm* things. [Mine](https://example.org)")
        User.objects.filter(pk=ada.pk).update(list_visibility=visibility)

        found = []
        for name in ("ada", "ben", "follower"):
            client.force_login(User.objects.get(username=name))
            page = client.get("/members/ada/").content.decode()
            if "<em>calm</em>" in page and 'rel="nofollow ugc noopener"' in page:
                found.append(name)
        assert found == readers.split()

    def test_who_is_blocked_reads_nothing(self, ada, ben):
        writing.change_bio(ada, "Calm things.")
        block(ada, ben)
        assert visible_profile(ada, ben) is None

    def test_it_is_changed_on_its_page_and_limited(self, client, ada):
        client.force_login(ada)
        assert client.post("/settings/profile/", {"bio": " Calm. "}).status_code == 302
        assert client.post("/settings/profile/", {"bio": "x" * 2001}).status_code == 422
        assert ada.profile.bio == "Calm."
        with pytest.raises(ValidationError, match="up to 2000 characters"):
            writing.change_bio(ada, "x" * 2001)


class TestModeration:
    def test_a_reported_profile_is_hidden_and_restored(self, client, ada, ben, make_member):
        staff = make_member("staff", is_staff=True, is_superuser=True)
        writing.change_picture(ada, picture())
        profile, address = writing.change_bio(ada, "Rude."), url_of(ada)
        client.force_login(ben)
        assert client.post("/members/ada/profile/report/", {"reason": "abuse"}).status_code == 302
        client.force_login(staff)
        assert "Picture and text of ada" in client.get("/staff/moderation/").content.decode()

        moderation.decide(staff, profile, "take_down", "Rude.")
        writing.change_picture(ada, picture("blue"))
        assert (client.get(address).status_code, visible_profile(ada, ben)) == (404, None)
        assert url_of(ada) == "/avatars/-256.webp"
        moderation.decide(staff, profile, "put_back", "It is fine now.")

        assert (client.get(url_of(ada)).status_code, visible_profile(ada, ben).bio) == (200, "Rude.")
        profile.delete()
        assert [one.profile for one in Decision.objects.all()] == [None, None]

    def test_an_empty_profile_cannot_be_reported(self, client, ada, ben):
        client.force_login(ben)
        assert client.get("/members/ada/profile/report/").status_code == 404


class TestOwnData:
    def test_the_text_moves_with_an_export(self, ada, ben):
        writing.change_bio(ada, "Calm.")
        exported = export_profile(ada)
        made = restore_profile(ben, ["x", {"bio": 3}, *exported])
        assert (exported, export_profile(ben)) == ([{"bio": "Calm."}], exported)
        assert restore_profile(ben, [{"bio": "Other"}]) == []
        undo_profile(ben, made)
        assert export_profile(ben) == restore_profile(ben, [{"bio": "x" * 2001}]) == []


class TestApi:
    def test_text_and_picture(self, api, member):
        assert api.put("/api/v1/my/profile/", {"bio": "Calm."}, format="json").json() == {
            "username": "member", "bio": "Calm.", "avatar_url": None,
        }  # fmt: skip
        put = api.put("/api/v1/my/profile/picture/", {"picture": upload(picture())}, format="multipart").json()
        assert put["avatar_url"] == url_of(member)
        assert api.get("/api/v1/members/member/profile/").json() == put
        assert api.delete("/api/v1/my/profile/picture/").status_code == 204
        assert api.get("/api/v1/my/profile/").json()["avatar_url"] is None

    def test_errors_name_the_field(self, api):
        answer = api.put("/api/v1/my/profile/picture/", {"picture": upload(b"no")}, format="multipart")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["picture"])

"""Vocabulary mappings from other catalogues to ours.

Keys are compacted to case-folded letters and digits, so "Sci-Fi", "Sci Fi" and "SCIFI" are the same.
"""

from __future__ import annotations

from catalog.models.people import Credit
from catalog.models.relations import Relation
from catalog.models.streams import Service
from catalog.models.tags import Tag
from catalog.models.titles import AgeRating, Format, Medium, Season, SourceMaterial, Status, Weekday


def compact(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def split_names(text: str) -> list[str]:
    return text.split(", ")


def _by_spelling(spellings: dict[str, str]) -> dict[str, str]:
    """Expand {"one|other": ours} to {compacted spelling: ours}."""
    return {compact(one): ours for several, ours in spellings.items() for one in several.split("|")}


FORMATS = _by_spelling(
    {
        "TV|TV series": Format.TV,
        "TV short": Format.TV_SHORT,
        "Movie": Format.MOVIE,
        "OVA|OAV": Format.OVA,
        "ONA|Web": Format.ONA,
        "Special|TV special|Bonus": Format.SPECIAL,
        "Music|Music video": Format.MUSIC,
        "CM|PV|Commercial": Format.COMMERCIAL,
        "Unknown": Format.UNKNOWN,
    }
)

STATUSES = _by_spelling(
    {
        "Finished airing|Finished|Finished publishing|Completed|Released": Status.FINISHED,
        "Currently airing|Releasing|Ongoing|Airing|Current|Hiatus|Publishing|Currently publishing|On hiatus": (
            Status.AIRING
        ),
        "Not yet aired|Not yet released|Not yet published|Upcoming|Unreleased|TBA|Anons": Status.UPCOMING,
        "Cancelled|Aborted|Discontinued": Status.CANCELLED,
        "Unknown": Status.UNKNOWN,
    }
)

READ_MEDIA = _by_spelling(
    {
        "Manga|One-shot|Doujinshi|Manhwa|Manhua|OEL": Medium.MANGA,
        "Light novel|Novel": Medium.LIGHT_NOVEL,
    }
)

SEASONS = _by_spelling(
    {"Winter": Season.WINTER, "Spring": Season.SPRING, "Summer": Season.SUMMER, "Fall|Autumn": Season.FALL}
)

WEEKDAYS = _by_spelling({f"{day.name}|{day.name}s": str(day.value) for day in Weekday} | {"Unknown|Other": ""})

AGE_RATINGS = _by_spelling(
    {
        "G - All Ages|G": AgeRating.G,
        "PG - Children|PG": AgeRating.PG,
        "PG-13 - Teens 13 or older|PG-13|PG - Teens 13 or older": AgeRating.PG_13,
        "R - 17+ (violence & profanity)|R|R-17+": AgeRating.R_17,
        "R+ - Mild Nudity|R plus": AgeRating.R_PLUS,
        "Rx - Hentai|Rx|R18": AgeRating.RX,
        "Unknown|None": AgeRating.UNKNOWN,
    }
)

SOURCE_MATERIALS = _by_spelling(
    {
        "Original|Original work": SourceMaterial.ORIGINAL,
        "Manga|Comic|Doujinshi": SourceMaterial.MANGA,
        "Web manga|Digital manga": SourceMaterial.WEB_MANGA,
        "4-koma manga|Four-koma": SourceMaterial.FOUR_KOMA,
        "Light novel": SourceMaterial.LIGHT_NOVEL,
        "Novel": SourceMaterial.NOVEL,
        "Web novel": SourceMaterial.WEB_NOVEL,
        "Visual novel": SourceMaterial.VISUAL_NOVEL,
        "Game|Video game": SourceMaterial.GAME,
        "Card game": SourceMaterial.CARD_GAME,
        "Book": SourceMaterial.BOOK,
        "Picture book": SourceMaterial.PICTURE_BOOK,
        "Music": SourceMaterial.MUSIC,
        "Radio": SourceMaterial.RADIO,
        "Mixed media|Multimedia project": SourceMaterial.MIXED,
        "Other|Anime|Live action": SourceMaterial.OTHER,
        "Unknown": SourceMaterial.UNKNOWN,
    }
)

RELATIONS = _by_spelling(
    {
        "Sequel": Relation.Kind.SEQUEL,
        "Prequel": Relation.Kind.PREQUEL,
        "Side story": Relation.Kind.SIDE_STORY,
        "Parent story|Parent": Relation.Kind.PARENT_STORY,
        "Alternative|Alternative version|Alternative setting": Relation.Kind.ALTERNATIVE,
        "Summary|Compilation": Relation.Kind.SUMMARY,
        "Full story|Contains": Relation.Kind.FULL_STORY,
        "Spin-off": Relation.Kind.SPIN_OFF,
        "Adaptation|Source": Relation.Kind.ADAPTATION,
        "Character": Relation.Kind.CHARACTER,
        "Related|Other": Relation.Kind.RELATED,
    }
)

GENRES = split_names(
    "Action, Adventure, Avant Garde, Award Winning, Boys Love, Comedy, Drama, Ecchi, Fantasy, Girls Love, Gourmet, "
    "Horror, "
    "Mystery, Romance, Sci-Fi, Slice of Life, Sports, Supernatural, Suspense"
)
ADULT_GENRES = ["Erotica", "Hentai"]
THEMES = split_names(
    "Adult Cast, Anthropomorphic, CGDCT, Childcare, Combat Sports, Crossdressing, Delinquents, Demons, Detective, "
    "Educational, Gag Humor, Gore, Harem, High Stakes Game, Historical, Idols (Female), Idols (Male), Isekai, "
    "Iyashikei, "
    "Love Polygon, Love Status Quo, Magic, Magical Sex Shift, Mahou Shoujo, Martial Arts, Mecha, Medical, Military, "
    "Music, "
    "Mythology, Organized Crime, Otaku Culture, Parody, Performing Arts, Pets, Police, Psychological, Racing, "
    "Reincarnation, "
    "Reverse Harem, Samurai, School, Showbiz, Space, Strategy Game, Super Power, Survival, Team Sports, Time Travel, "
    "Urban Fantasy, Vampire, Video Game, Villainess, Visual Arts, Workplace"
)
DEMOGRAPHICS = split_names("Josei, Kids, Seinen, Shoujo, Shounen")

# Old names, and other catalogues' names.
RENAMED = {
    "Anthropomorphism": "Anthropomorphic",
    "Boys' Love": "Boys Love",
    "Cars": "Racing",
    "Cute Girls Doing Cute Things": "CGDCT",
    "Dementia": "Avant Garde",
    "Female Harem": "Harem",
    "Food": "Gourmet",
    "Game": "Strategy Game",
    "Love Triangle": "Love Polygon",
    "Magical Girl": "Mahou Shoujo",
    "Male Harem": "Reverse Harem",
    "Martial Art": "Martial Arts",
    "Medicine": "Medical",
    "Otaku": "Otaku Culture",
    "Primarily Adult Cast": "Adult Cast",
    "Science Fiction": "Sci-Fi",
    "Shojo": "Shoujo",
    "Shonen": "Shounen",
    "Shoujo Ai": "Girls Love",
    "Shounen Ai": "Boys Love",
    "Superpower": "Super Power",
    "Thriller": "Suspense",
    "Vampires": "Vampire",
    "Video Games": "Video Game",
    "Work": "Workplace",
    "Yaoi": "Boys Love",
    "Yuri": "Girls Love",
}

# Free tags with adult content, which visitors never see.
ADULT_TAGS = split_names(
    "Ahegao, Anal Sex, Ashikoki, Asphyxiation, Bondage, Boobjob, Cervix Penetration, Cunnilingus, Deepthroat, "
    "Defloration, "
    "DILF, Double Penetration, Exhibitionism, Facial, Fellatio, Femdom, Fingering, Futanari, Group Sex, Handjob, "
    "Human Pet, "
    "Hypersexuality, Incest, Inseki, Irrumatio, Lactation, Large Breasts, Masochism, Masturbation, Mating Press, MILF, "
    "Nakadashi, Netorare, Netorase, Netori, Oyakodon, Prostitution, Public Sex, Rape, Rimjob, Sadism, Scat, "
    "Scissoring, "
    "Sex Toys, Squirting, Sumata, Sweat, Tentacles, Threesome, Virginity, Vore, Voyeur"
)


def _known_tags() -> dict[str, tuple[str, str, bool]]:
    tags = {
        compact(name): (name, str(kind), is_adult)
        for names, kind, is_adult in (
            (GENRES, Tag.Kind.GENRE, False),
            (ADULT_GENRES, Tag.Kind.GENRE, True),
            (THEMES, Tag.Kind.THEME, False),
            (DEMOGRAPHICS, Tag.Kind.DEMOGRAPHIC, False),
            (ADULT_TAGS, Tag.Kind.TAG, True),
        )
        for name in names
    }
    return tags | {compact(theirs): tags[compact(ours)] for theirs, ours in RENAMED.items()}


KNOWN_TAGS = _known_tags()  # compacted spelling → (name, kind, is_adult)

SERVICES = _by_spelling({f"{one.value}|{one.label}": one.value for one in Service}) | _by_spelling(
    {
        "Amazon|Amazon Prime|Amazon Prime Video": Service.PRIME_VIDEO,
        "Animation Digital Network": Service.ADN,
        "Bilibili TV": Service.BILIBILI,
        "Disney|Disney Plus": Service.DISNEY,
        "iQ": Service.IQIYI,
        "Max": Service.HBO_MAX,
        "Niconico Video": Service.NICONICO,
        "Tubi TV": Service.TUBI,
    }
)
# The hosts of the services; each also stands for the hosts below it.
SERVICE_HOSTS: dict[str, str] = {
    "animationdigitalnetwork.com": Service.ADN,
    "animationdigitalnetwork.de": Service.ADN,
    "animationdigitalnetwork.fr": Service.ADN,
    "adultswim.com": Service.ADULT_SWIM,
    "tv.apple.com": Service.APPLE_TV,
    "bilibili.tv": Service.BILIBILI,
    "bilibili.com": Service.BILIBILI,
    "crunchyroll.com": Service.CRUNCHYROLL,
    "disneyplus.com": Service.DISNEY,
    "hbomax.com": Service.HBO_MAX,
    "max.com": Service.HBO_MAX,
    "hidive.com": Service.HIDIVE,
    "hulu.com": Service.HULU,
    "iq.com": Service.IQIYI,
    "laftel.net": Service.LAFTEL,
    "netflix.com": Service.NETFLIX,
    "nicovideo.jp": Service.NICONICO,
    "amazon.com": Service.PRIME_VIDEO,
    "amazon.co.jp": Service.PRIME_VIDEO,
    "amazon.co.uk": Service.PRIME_VIDEO,
    "amazon.de": Service.PRIME_VIDEO,
    "primevideo.com": Service.PRIME_VIDEO,
    "retrocrush.tv": Service.RETROCRUSH,
    "tubitv.com": Service.TUBI,
    "viki.com": Service.VIKI,
    "wetv.vip": Service.WETV,
    "youtube.com": Service.YOUTUBE,
}
PARTS = _by_spelling(
    {
        "Main": Credit.Part.MAIN,
        "Supporting": Credit.Part.SUPPORTING,
        "Background": Credit.Part.BACKGROUND,
    }
)
STATUSES_ON_LISTS = _by_spelling(
    {
        "Current|Watching": "watching",
        "Completed": "completed",
        "Paused|On hold": "on_hold",
        "Dropped": "dropped",
        "Planning|Plan to watch|Planned": "planned",
    }
)

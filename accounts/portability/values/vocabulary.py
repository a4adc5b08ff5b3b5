"""The words of list files: statuses, types, column names and blanks, in the languages that trackers write.

Words are compared by `key`: without case, accents, spaces and punctuation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from accounts.models import EntryStatus, OwnEntry
from catalog.models.titles import Format
from catalog.search.keys import search_key

T = TypeVar("T")


def key(text: object) -> str:
    """Return the text as it is compared.

    >>> key("On-Hold"), key("Won’t  Watch"), key("Beendet am:")
    ('onhold', 'wontwatch', 'beendetam')
    """
    return search_key(str(text)[:120]).replace(" ", "")


def _by_key(words: Mapping[T, str]) -> dict[str, T]:
    return {key(word): value for value, some in words.items() for word in some.split(" | ")}


HIDDEN = "hidden"  # titles that a member doesn't want to see suggested
STATUSES: dict[str, str] = _by_key(
    {
        EntryStatus.WATCHING.value: (
            "watching | current | currently watching | currently | watching now | cw | in progress | progress | started"
            " | active | continuing | ongoing | reading | 1"
            " | am schauen | schaue | schaue ich | schaue gerade | schaue ich gerade | am gucken | aktuell | laufend"
            " | wird geschaut | angefangen | en cours | je regarde | regarde | en visionnage | viendo | viéndolo"
            " | mirando | en progreso | en curso | assistindo | vendo | in corso | guardando | in visione | oglądam"
            " | w trakcie | bezig | aan het kijken | kijkend | izliyor | izliyorum | izleniyor"
            " | смотрю | смотрит | просматриваю | дивлюсь | 見ている | 見てる | 観ている | 観てる | 視聴中"
            " | 在看 | 在追 | 正在看"
            " | 观看中 | 보는 중 | 시청 중"
        ),
        EntryStatus.COMPLETED.value: (
            "completed | complete | finished | done | seen | watched | read | ended | 2"
            " | abgeschlossen | gesehen | fertig | beendet | geschaut | durch | terminé | vu | fini | completado"
            " | terminado | visto | completo | completato | finito | assistido | concluído | obejrzane | ukończone"
            " | zakończone | voltooid | gezien | afgerond | tamamlandı | izlendi | bitti"
            " | просмотрено | просмотренные | просмотрел | завершено | переглянуто | 見た | 観た | 視聴済み"
            " | 視聴済 | 完了 | 見終わった"
            " | 看过 | 已看 | 已看完 | 看過 | 완료 | 봤음 | 다 봤어요"
        ),
        EntryStatus.REWATCHING.value: (
            "rewatching | re-watching | repeating | reconsuming | rewatch | watching again | rereading"
            " | schaue erneut | erneut schauen | nochmal | wieder am schauen | je revois | en revisionnage | reviendo"
            " | volviendo a ver | reassistindo | rivedendo | oglądam ponownie | opnieuw aan het kijken"
            " | tekrar izliyorum | tekrar izleniyor | пересматриваю | переглядаю | 再視聴中 | 見直し中 | 重看"
            " | 重温 | 다시 보는 중"
        ),
        EntryStatus.ON_HOLD.value: (
            "on hold | hold | paused | pause | on pause | stalled | stuck | waiting | suspended | 3"
            " | pausiert | unterbrochen | angehalten | in pause | en pause | en attente | en espera | pausado"
            " | en pausa"
            " | em espera | in attesa | wstrzymane | gepauzeerd | beklemede | ara verildi | отложено"
            " | отложенные | на паузе"
            " | відкладено | 保留 | 一時停止 | 中断 | 中断中 | 搁置 | 擱置 | 暂停 | 보류"
        ),
        EntryStatus.DROPPED.value: (
            "dropped | drop | abandoned | discontinued | quit | given up | did not finish | dnf | 4"
            " | abgebrochen | aufgegeben | abandonné | abandonado | dejado | largado | desistido | abbandonato"
            " | droppato"
            " | porzucone | gestopt | bırakıldı | брошено | брошенные | бросил | кинуто | 中止 | 切った"
            " | 見るのをやめた | 视聴中止"
            " | 抛弃 | 弃番 | 棄番 | 하차 | 중단"
        ),
        EntryStatus.PLANNED.value: (
            "planned | plan to watch | planning | planning to watch | plan | ptw | want to watch | want | wish list"
            " | wishlist | watchlist | watch list | to watch | to-watch | watch later | later | backlog | not started"
            " | plan to read | todo | unwatched | next | 6"
            " | geplant | will ich sehen | möchte ich sehen | merkliste | noch nicht gesehen | später | vorgemerkt"
            " | à voir | prévu | planifié | je veux voir | pendiente | por ver | planeado | quiero ver | planejado"
            " | quero ver | para assistir | pretendo assistir | da vedere | pianificato | planowane | do obejrzenia"
            " | gepland | te bekijken | planlandı | izlenecek | запланировано | в планах | буду смотреть | заплановано"
            " | 見たい | 観たい | 見る予定 | 視聴予定 | 予定 | 想看 | 计划 | 볼 예정 | 보고 싶어요"
        ),
        HIDDEN: (
            "won't watch | wont watch | will not watch | not interested | no interest | ignored | ignore"
            " | hidden | skip"
            " | nicht interessiert | kein interesse | pas intéressé | no me interesa | não me interessa"
            " | non interessato | не интересно | 興味なし | 不感兴趣"
        ),
    }
)
TYPES: dict[str, str] = _by_key(
    {
        Format.TV.value: "tv | tv series | tv show | serie | tv-serie | тв сериал | tvアニメ | тв",
        Format.TV_SHORT.value: "tv short | short",
        Format.MOVIE.value: (
            "movie | film | kinofilm | película | filme | фильм | 映画 | 劇場版 | feature film | tv movie"
        ),
        Format.OVA.value: "ova | oav | dvd",
        Format.ONA.value: "ona | web | net anime",
        Format.SPECIAL.value: "special | tv special | dvd special | bonus | спешл | tv sp",
        Format.MUSIC.value: "music | music video | mv | клип",
        Format.COMMERCIAL.value: "cm | pv | commercial | promo",
    }
)
# Kinds of titles beside anime: members keep them as their own entries.
KINDS: dict[str, str] = _by_key(
    {
        OwnEntry.Kind.MANGA.value: (
            "manga | one shot | oneshot | manhwa | manhua | doujin | doujinshi | comic | mangas | 漫画 | 漫畫 | マンガ"
            " | манга | манхва | маньхуа | 만화"
        ),
        OwnEntry.Kind.LIGHT_NOVEL.value: (
            "light novel | novel | ranobe | web novel | ln | ライトノベル | ранобэ | 轻小说 | 라이트 노벨"
        ),
        OwnEntry.Kind.OTHER.value: "book | audiobook | game | video game | videogame | vn | visual novel | boardgame",
    }
)
# What no list is kept of.
OTHER_MEDIA = _by_key(
    {
        "episode": "episode | tv episode | tvepisode | season",
        "podcast": "podcast | podcast series | podcast episode",
    }
)
BLANKS = frozenset(
    {*"-–—−?/.", "--", "---", "----", "n/a", "na", "n.a.", "none", "null", "nil", "nan", "unknown", "unbekannt",
     "undefined", "not rated", "unrated", "no rating", "no score", "keine", "???", "-/-", "tba", "nicht bewertet"}
)  # fmt: skip
# Field → the names of its column, the most telling first.
COLUMN_NAMES = {
    "title": (
        "title | anime title | series title | series_title | anime | name | anime name | show | show title | series"
        " | title romaji | romaji | romaji title | main title | target title | canonical title | display name"
        " | titel | serie"
        " | animetitel | titre | título | titulo | nombre | nome | titolo | tytuł | название | назва | タイトル"
        " | 作品名 | 题目"
        " | 标题 | 名称 | 제목 | entry | title english | english title | english | original title | movie"
    ),
    "year": (
        "year | season year | start year | release year | released | jahr | année | año | ano | anno | rok | год"
        " | 年 | premiered"
    ),
    "format": (
        "format | type | series type | media type | title type | target type | subtype | show type | kind | typ | art"
        " | tipo | тип | 種類"
    ),
    "mal": "mal id | id mal | myanimelist id | series animedb id | animedb id | anime id | mal | malid | myanimelist",
    "anilist": "anilist id | id anilist | anilist | al id",
    "kitsu": "kitsu id | id kitsu | kitsu",
    "anidb": "anidb id | id anidb | anidb | aid",
    "link": (
        "link | url | mal url | myanimelist url | mal link | anilist url | anilist link | kitsu url"
        " | livechart url | website | page | uri"
        " | adresse | lien | enlace | ссылка"
    ),
    "media_id": "media id",
    "source": "source",
    "medium": "medium | media | category",
    "status": (
        "status | my status | list status | watching status | watch status | state | watchlist | list | user status"
        " | shiki status | stand | statut | estado | stato | stan | статус | ステータス | 状態 | 状态 | 상태"
    ),
    "score": (
        "score | my score | rating | my rating | your rating | user rating | user score | rating10"
        " | rating twenty | points | stars"
        " | mark | grade | vote | bewertung | meine bewertung | note personnelle | wertung | punkte | sterne"
        " | puntuación"
        " | puntuacion | calificación | nota | voto | valutazione | ocena | оценка | 評価 | スコア | 点数 | 评分 | 평점"
    ),
    "progress": (
        "progress | my watched episodes | watched episodes | episodes watched | num watched episodes"
        " | num episodes watched | watched episodes count | watched eps | eps watched | eps seen | last ep watched"
        " | ep | eps | episode | watched | seen | episodes seen | current episode | episodes | my progress"
        " | folgen | folge"
        " | gesehene folgen | episoden | gesehene episoden | épisodes vus | épisodes | episodios vistos | episodios"
        " | episódios | episodi | odcinki | эпизоды | серии | просмотрено серий | 話数 | 視聴話数 | 集数"
    ),
    "chapters": (
        "chapters | chapters read | read chapters | my read chapters | num chapters read | chapter | kapitel"
        " | gelesene kapitel | chapitres | capítulos | главы"
    ),
    "volumes": (
        "volumes | volumes read | read volumes | my read volumes | num volumes read | progress volumes"
        " | progress volume | volume | bände | gelesene bände | tomes | tomos | тома"
    ),
    "started_on": (
        "started on | my start date | start date | date started | started | started at | watched from | start | from"
        " | begonnen | begonnen am | angefangen | angefangen am | gestartet | beginn | startdatum | début"
        " | commencé | inicio"
        " | fecha de inicio | início | inizio | начато | дата начала | 開始日 | 視聴開始日 | 开始"
    ),
    "finished_on": (
        "finished on | my finish date | finish date | date finished | finished | finished at | completed at"
        " | completed on | date completed | completed | end date | ended | end | watched date | date watched"
        " | watched at"
        " | last watched at | last watched | beendet | beendet am | abgeschlossen am | gesehen am | ende"
        " | enddatum | fin"
        " | terminé le | fecha de fin | fin de visionado | término | fine | zakończono | закончено"
        " | дата окончания | 終了日"
        " | 視聴終了日 | 完了日 | 结束"
    ),
    "rewatches": (
        "rewatches | my times watched | times rewatched | rewatched | rewatch count | repeat | num times rewatched"
        " | repeats | reconsume count | my rewatches | wiederholungen | erneut gesehen | revisionnages | повторы"
        " | пересмотров | 再視聴回数"
    ),
    "times_watched": "times | times watched | view count | watch count | mal gesehen",
    "is_rewatching": "is rewatching | my rewatching | rewatching | reconsuming | is repeating",
    "rewatching_progress": "my rewatching ep",
    "notes": (
        "notes | my comments | comments | comment | note | review | memo | text | remarks | thoughts | notizen | notiz"
        " | kommentar | kommentare | anmerkung | anmerkungen | commentaire | commentaires | remarques | notas"
        " | comentario"
        " | comentarios | commenti | notatki | opmerkingen | заметки | комментарий | メモ | 感想 | 备注"
    ),
    "tags": "tags | my tags | labels | tag | schlagworte | schlagwörter | étiquettes | etiquetas | метки | タグ | 标签",
    "visibility": "visibility | private | is private | privat",
    "created_at": "created at | added at | date added | added | hinzugefügt | hinzugefügt am",
    "updated_at": (
        "updated at | last updated | my last updated | modified | last modified | updated | progress changed | rated at"
        " | date rated | last updated at | geändert | geändert am | aktualisiert"
    ),
}  # fmt: skip
COLUMNS = {field: tuple(dict.fromkeys(map(key, names.split(" | ")))) for field, names in COLUMN_NAMES.items()}
FIELD_OF: dict[str, str] = {name: field for field, names in reversed(COLUMNS.items()) for name in names}
FIELD_LABELS = {
    "title": _("Title"), "year": _("Year"), "format": _("Type (TV, movie …)"),
    "mal": _("MyAnimeList ID"), "anilist": _("AniList ID"), "kitsu": _("Kitsu ID"), "anidb": _("AniDB ID"),
    "link": _("Link"), "medium": _("Kind (anime, manga …)"),
    "status": _("Status"), "score": _("Score"), "progress": _("Episodes watched"),
    "chapters": _("Chapters read"), "volumes": _("Volumes read"),
    "started_on": _("Started"), "finished_on": _("Finished"),
    "rewatches": _("Rewatches"), "times_watched": _("Times watched"), "rewatched_on": _("Rewatched on"),
    "notes": _("Notes"), "tags": _("Tags"),
    "updated_at": _("Recently updated"), "created_at": _("Date added"), "visibility": _("Visibility"),
}  # fmt: skip


def is_blank(value: object) -> bool:
    """Return whether a value stands for none: empty, "-", "N/A" and their like."""
    text = "" if value is None else str(value).strip()
    return not text or text.casefold() in BLANKS


def guess_columns(header: Iterable[str]) -> dict[str, int]:
    """Return {field: column index}: the most telling name of each field, and each column once."""
    keys = [key(name) for name in header]
    columns: dict[str, int] = {}
    for field, names in COLUMNS.items():
        at = next(
            (keys.index(name) for name in names if name in keys and keys.index(name) not in columns.values()), None
        )
        if at is not None:
            columns[field] = at
    return columns

def test_a_member_and_a_title_are_stored(member, make_title):
    title = make_title(name="Monster", episodes=74)

    member.entries.create(title=title, score=9)

    assert list(member.entries.values_list("title__name", "score")) == [("Monster", 9)]

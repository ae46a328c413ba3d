from mini import double, increment


def test_double():
    assert double(2) == 4

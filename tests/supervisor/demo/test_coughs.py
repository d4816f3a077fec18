"""The sounds that the demo makes itself."""

import numpy as np

from supervisor.demo.coughs import cough


def test_a_cough_is_two_loud_bursts_and_the_same_each_time() -> None:
    sound = cough(22050)
    blocks = np.array_split(np.abs(sound.astype(np.int32)), 40)
    loud = np.array([block.max() > 5000 for block in blocks])
    assert np.count_nonzero(np.diff(loud.astype(int)) == 1) + int(loud[0]) >= 2
    assert (cough(22050) == sound).all()

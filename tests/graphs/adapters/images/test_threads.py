import asyncio
import time
from threading import Barrier, Lock

import pytest

from graphs.adapters.images.decoding import ImageRefused, open_image
from graphs.adapters.images.threads import MOST_AT_ONCE, in_image_thread
from tests.patience import SECONDS


def test_few_images_are_worked_on_at_once_and_all_in_the_end() -> None:
    at_work, most = 0, 0
    lock = Lock()
    together = Barrier(MOST_AT_ONCE)

    def work(number: int) -> int:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        together.wait(SECONDS)
        time.sleep(0.03)  # one too many would come in now
        with lock:
            at_work -= 1
        return number

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(in_image_thread(work, number) for number in range(6)))

    assert asyncio.run(all_of_them()) == [0, 1, 2, 3, 4, 5]
    assert most == MOST_AT_ONCE


def test_what_goes_wrong_in_a_thread_is_raised_where_it_was_asked_for() -> None:
    with pytest.raises(ImageRefused, match="empty"):
        asyncio.run(in_image_thread(open_image, b""))

"""The embedded Redis, really started."""

from contextlib import closing

import redis

from crm import embedded


def client(places: embedded.Places) -> "redis.Redis":
    return redis.Redis.from_url(embedded.urls(places.data_dir)[1])


def test_a_queue_survives_a_kill(places: embedded.Places) -> None:
    server = embedded.start_redis(places)
    with closing(client(places)) as queue:
        queue.rpush("celery", "task")
        queue.config_set("appendfsync", "always")
        queue.rpush("celery", "task")
    server.process.kill()
    server.process.wait()

    server = embedded.start_redis(places)

    with closing(client(places)) as queue:
        assert queue.llen("celery") == 2
    server.stop()


def test_it_listens_on_its_socket_only(places: embedded.Places) -> None:
    server = embedded.start_redis(places, throw_away=True)

    with closing(client(places)) as broker:
        assert broker.config_get("port") == {"port": "0"}
    server.stop()


def test_a_server_left_running_is_taken_over(places: embedded.Places) -> None:
    left = embedded.start_redis(places, throw_away=True)

    server = embedded.start_redis(places, throw_away=True)

    assert left.process.wait(10) is not None
    assert server.alive()
    server.stop()

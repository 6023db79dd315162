"""The fixtures that pytest brings along, and those of plugins that many have installed. A test may ask for these
wherever it stands, whether something in its repository is called so or not.
"""

from __future__ import annotations

from typing import Final

_PYTEST: Final = """
    cache capfd capfdbinary caplog capsys capsysbinary capteesys config doctest_namespace linecomp LineMatcher
    monkeypatch
    pytestconfig pytester record_property record_testsuite_property record_xml_attribute recwarn request
    subtests testdir
    tmp_path tmp_path_factory tmpdir tmpdir_factory
"""
_PLUGINS: Final = """
    aiohttp_client aiohttp_client_cls aiohttp_raw_server aiohttp_server aiohttp_unused_port aioresponses
    alembic_config alembic_engine alembic_runner
    anyio_backend anyio_backend_name anyio_backend_options free_tcp_port free_tcp_port_factory free_udp_port
    free_udp_port_factory
    accept_any accept_json accept_jsonp accept_mimetype client client_class live_server
    admin_client admin_user async_client async_rf db django_assert_max_num_queries django_assert_num_queries
    django_capture_on_commit_callbacks django_db_blocker django_db_createdb django_db_keepdb
    django_db_modify_db_settings django_db_reset_sequences django_db_serialized_rollback django_db_setup
    django_db_use_migrations django_mail_dnsname django_mail_patch_dns django_test_environment django_user_model
    django_username_field mailoutbox rf settings transactional_db
    all_requests_are_mocked assert_all_responses_were_requested httpx_mock requests_mock responses respx_mock
    httpserver httpsserver smtpserver make_httpserver
    autojump_clock mock_clock nursery
    base_url browser browser_channel browser_context_args browser_name browser_type browser_type_launch_args
    context
    delete_output_dir device driver is_chromium is_firefox is_webkit launch_browser new_context page playwright
    selenium
    splinter_browser
    benchmark benchmark_weave codspeed_benchmark
    block_network default_cassette_name default_vcr_config disable_recording record_mode vcr vcr_cassette
    vcr_cassette_dir vcr_cassette_name vcr_config vcr_markers
    celery_app celery_config celery_enable_logging celery_includes celery_parameters celery_session_app
    celery_session_worker celery_worker celery_worker_parameters celery_worker_pool depends_on_current_app
    use_celery_app_trap
    class_mocker mocker module_mocker package_mocker session_mocker
    cli_runner isolated_cli_runner
    console_scripts script_runner script_cwd script_launch_mode
    cov no_cover
    data_regression dataframe_regression datadir file_regression image_regression lazy_datadir
    lazy_shared_datadir
    num_regression ndarrays_regression original_datadir shared_datadir
    datafiles datatest
    docker docker_cleanup docker_compose_file docker_compose_project_name docker_ip docker_services docker_setup
    dynamodb mongodb mysql mysql_proc postgresql postgresql_noproc postgresql_proc rabbitmq rabbitmq_proc
    redis_proc
    redisdb
    event_loop event_loop_policy unused_tcp_port unused_tcp_port_factory unused_udp_port unused_udp_port_factory
    extra extras include_metadata_in_junit_xml json_metadata metadata
    faker freezer frozen_time time_machine
    fs fs_class fs_module fs_session
    hass hass_client hass_ws_client aioclient_mock
    http_client http_port http_server https_client io_loop
    loop proactor_loop raw_test_server sanic_client test_client test_server unused_port
    qapp qapp_args qapp_cls qtbot qtlog qtmodeltester
    snapshot snapshot_json
    socket_disabled socket_enabled
    spark_context spark_session
    testrun_uid worker_id
"""

FROM_ELSEWHERE: Final = frozenset((_PYTEST + _PLUGINS).split())
"""Their names."""

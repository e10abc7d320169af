from django.apps import AppConfig


class TmfConfig(AppConfig):
    name = "crm.tmf"
    label = "tmf"

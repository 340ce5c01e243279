"""How every form of the portal is drawn; the fields and rules are the apps' own."""

from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Draws forms from templates/forms: label, hint, error and input tied together for screen readers."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
